package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {
  @Test
  void to_misspelt_isTheOneWithFewestChanges() {
    List<String> known = List.of("preview", "count", "aggregate");

    assertThat(NearestName.to("cuont", known)).isEqualTo("count");
    assertThat(NearestName.to("previews", known)).isEqualTo("preview");
    assertThat(NearestName.to("", known)).isEqualTo("count");
    assertThat(NearestName.to("xy", List.of("xa", "xb"))).isEqualTo("xa");
  }

  @Test
  void to_nothingKnown_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NearestName.to("a", List.of()))
        .withMessage("Cannot tell what is near to a name: none is known");
  }
}
