package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.util.List;
import org.junit.jupiter.api.Test;

class LuaHeaderTest {
  @Test
  void script_header_declaresTheNumberOfKeys() {
    RedisScript two = RedisScript.of("s", "-- KEYS[1] a\n-- KEYS[2] b\nreturn 1");
    RedisScript open = RedisScript.of("s", "-- KEYS[1] a\n-- KEYS[2..] the rest\nreturn 1");

    assertThat(two.numKeys()).isEqualTo(2);
    assertThat(two.openEnded()).isFalse();
    assertThat(two.sha1()).isEqualTo("352c4ecfdfa7c7a16546ea11a14e6e83244bfa17");
    assertThatNoException().isThrownBy(() -> open.checkKeys(List.of("a")));
    assertThatNoException().isThrownBy(() -> open.checkKeys(List.of("{a}", "{a}b", "{a}c")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open.checkKeys(List.of()))
        .withMessage("Cannot run script 's' with 0 keys: it declares 1 or more");
  }

  @Test
  void script_withoutKeysOrOutOfOrder_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisScript.of("s", "return 1"))
        .withMessageContaining("its header declares no key, as in '-- KEYS[1] the ...'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisScript.of("s", "-- KEYS[2] b\n-- KEYS[1] a"))
        .withMessageContaining("its header must declare KEYS[1], KEYS[2]... in order");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisScript.of("s", "-- KEYS[1..] all\n-- KEYS[1] a"))
        .withMessageContaining("in order");
  }

  @Test
  void fromClasspath_noSuchFile_saysWhereItWasSought() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisScript.fromClasspath(Redis.class, "none.lua"))
        .withMessage("Cannot find 'none.lua' on the class path beside io.kindling.core.Redis");
  }

  @Test
  void library_header_declaresNameAndVersion() {
    FunctionLibrary library =
        FunctionLibrary.parse("f", "#!lua name=kindling_a\n-- version: 12\ncode");

    assertThat(library.name()).isEqualTo("kindling_a");
    assertThat(library.version()).isEqualTo(12);
    assertThat(library).hasToString("kindling_a 12");
    assertThat(FunctionLibrary.versionOf("#!lua name=someone_elses\ncode")).isEqualTo(-1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FunctionLibrary.parse("f.lua", "#!lua name=x\n\n-- version: 1"))
        .withMessage(
            "Cannot use function library 'f.lua': it must start with the lines '#!lua name=<name>'"
                + " and '-- version: <number>'");
  }
}
