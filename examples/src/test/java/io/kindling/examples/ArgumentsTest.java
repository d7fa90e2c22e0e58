package io.kindling.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ArgumentsTest {

  @Test
  void arguments_namesAndValues_comeInTheirOrder() {
    Arguments rest = Arguments.of("--data", "folder", "--trees", "7", "--help");

    assertThat(rest.next()).isEqualTo("--data");
    assertThat(rest.value()).isEqualTo("folder");
    assertThat(rest.next()).isEqualTo("--trees");
    assertThat(rest.number(7, 7)).isEqualTo(7);
    assertThat(rest.next()).isEqualTo("--help");
    assertThat(rest.hasNext()).isFalse();
  }

  @Test
  void value_missing_namesTheArgument() {
    Arguments rest = Arguments.of("--data");
    rest.next();

    assertThatThrownBy(rest::value)
        .isInstanceOf(CannotRunException.class)
        .hasMessage("Cannot use argument '--data': its value is missing");
  }

  @Test
  void number_outsideItsRangeOrNone_saysWhatIsAllowed() {
    for (String text : new String[] {"0", "11", "1e1", "-5", "12345678901", ""}) {
      Arguments rest = Arguments.of("--trees", text);
      rest.next();

      assertThatThrownBy(() -> rest.number(1, 10))
          .isInstanceOf(CannotRunException.class)
          .hasMessage("Cannot use '--trees %s': allowed is a number from 1 to 10", text);
    }
  }

  @Test
  void notUnderstood_anyName_saysWhatIsAllowed() {
    Arguments rest = Arguments.of("--tree");
    rest.next();

    assertThat(rest.notUnderstood("--data, --trees"))
        .hasMessage("Cannot understand argument '--tree': allowed are --data, --trees");
  }
}
