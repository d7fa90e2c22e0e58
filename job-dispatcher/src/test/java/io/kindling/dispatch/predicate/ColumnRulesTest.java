package io.kindling.dispatch.predicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ColumnRulesTest {
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "id int, salary int, profile struct<age: int, ssn: string, home: struct<zip: string,"
              + " street: string>>, events array<struct<type: string, ip: string>>,"
              + " m map<string, struct<v: int, secret: int>>, `a.b` int, secret_a int, secret_b int");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "salary > 1",
        "`SALARY` > 1",
        "profile.ssn = 'x'",
        "profile['ssn'] = 'x'",
        "`profile`.`Ssn` = 'x'",
        "profile.home.zip = 'x'",
        "profile.home['street'] = 'x'",
        "profile.home is null",
        "events.ip[0] = 'x'",
        "events[0].ip = 'x'",
        "events[0]['ip'] = 'x'",
        "exists(events, e -> e.ip = 'x')",
        "exists(events, e -> e['ip'] = 'x')",
        "m['k'].secret = 1",
        "m.k.secret = 1",
        "`a.b` = 1",
        "secret_a = 1",
        "Secret_B = 1",
      })
  void check_deniedColumn_isRefusedLikeAnUnknownOne(String text) {
    PredicateGate gate =
        gate(
            ColumnRules.builder()
                .deny("salary")
                .deny("profile.SSN")
                .deny("profile.home")
                .deny("events.ip")
                .deny("m.secret")
                .deny("`a.b`")
                .deny("secret_*")
                .build());
    PredicateGate without =
        PredicateGate.builder(
                StructType.fromDDL(
                    "id int, profile struct<age: int>, events array<struct<type: string>>,"
                        + " m map<string, struct<v: int>>"))
            .build();

    assertThatCode(() -> PredicateGate.builder(SCHEMA).build().check(text))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> gate.check(text))
        .isInstanceOf(PredicateRefusedException.class)
        .hasMessage(refusal(without, text))
        .hasMessageNotContainingAny("allowed for", "denied");
  }

  private static String refusal(PredicateGate gate, String text) {
    return String.valueOf(Refusals.of(gate, text).getMessage());
  }

  /** Comparing a whole struct, or turning it into text, would read the hidden field with it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "profile = profile",
        "profile <=> null",
        "profile in (profile)",
        "cast(profile as string) like '%x%'",
        "array_contains(events, events[0])",
        "exists(events, e -> e = events[0])",
        "map_values(m) = map_values(m)",
        "coalesce(profile, profile) is null",
        "events = events",
        "case when true then profile end is null",
        "array_min(events) is null",
        "concat(events, events) is null",
        "greatest(profile, profile) is null",
      })
  void check_wholeStruct_isRefused(String text) {
    assertThatThrownBy(() -> gate(ColumnRules.builder().deny("*.ssn").build()).check(text))
        .isInstanceOf(PredicateRefusedException.class)
        .hasMessageContaining("of which only the fields can be read: ")
        .hasMessageNotContaining("ssn");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "profile is null",
        "profile.age > 1",
        "profile.home.zip = 'x'",
        "size(events) > 1",
        "exists(events, e -> e.type = 'x')",
        "events[0] is not null",
        "events.type[0] = 'x'",
        "m['k'].v = 1",
        "size(m) = 1",
      })
  void check_whatIsNotDenied_isAccepted(String text) {
    PredicateGate gate =
        gate(
            ColumnRules.builder()
                .deny("salary")
                .deny("profile.ssn")
                .deny("profile.home.street")
                .deny("events.ip")
                .deny("m.secret")
                .build());

    assertThatCode(() -> gate.check(text)).doesNotThrowAnyException();
  }

  @Test
  void schema_someAllowed_holdsNothingElse() {
    ColumnRules rules =
        ColumnRules.builder()
            .allow("id")
            .allow("profile")
            .allow("events.type")
            .deny("profile.home.*eet")
            .build();

    assertThat(gate(rules).schema().toDDL())
        .isEqualTo(
            "id INT,profile STRUCT<age: INT, ssn: STRING, home: STRUCT<zip: STRING>>,events"
                + " ARRAY<STRUCT<type: STRING>>");
  }

  @Test
  void schema_everyFieldDenied_lacksTheStruct() {
    assertThat(gate(ColumnRules.builder().deny("profile.*").build()).schema().fieldNames())
        .doesNotContain("profile")
        .contains("id", "m");
  }

  @Test
  void check_nothingAllowed_knowsNoColumn() {
    PredicateGate gate = gate(ColumnRules.builder().allow("nothing").build());

    assertThat(gate.schema().fields()).isEmpty();
    assertThatThrownBy(() -> gate.check("id = 1"))
        .hasMessage("Cannot accept the predicate: unknown column 'id' at position 1");
  }

  @Test
  void check_unknownColumn_namesTheNearestThatMayBeSeen() {
    PredicateGate gate = gate(ColumnRules.builder().deny("secret_a").build());

    assertThatThrownBy(() -> gate.check("secret_ = 1"))
        .hasMessage(
            "Cannot accept the predicate: unknown column 'secret_' at position 1, the nearest is"
                + " 'secret_b'");
    assertThatThrownBy(() -> gate.check("profile.home.zap = '1'"))
        .hasMessageEndingWith("the nearest is 'profile.home.zip'");
  }

  @Test
  void unmatched_misspeltPatterns_areNamed() {
    ColumnRules rules =
        ColumnRules.builder().allow("id").deny("sallary").deny("events.ip").deny("x.*").build();

    assertThat(rules.unmatched(SCHEMA)).isEqualTo(List.of("sallary", "x.*"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a.", ".a", "`a", "a..b", "``"})
  void deny_patternWithAnEmptyName_isRefused(String pattern) {
    assertThatThrownBy(() -> ColumnRules.builder().deny(pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Cannot read the column pattern '" + pattern + "': ");
  }

  private static PredicateGate gate(ColumnRules rules) {
    return PredicateGate.builder(SCHEMA).rules(rules).build();
  }
}
