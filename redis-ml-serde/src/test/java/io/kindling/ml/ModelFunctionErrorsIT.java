package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.RedisReplyException;
import io.kindling.core.testing.DocBlock;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.step.HandleInvalid;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the functions refuse, line by line, and that a refusal leaves nothing behind. */
class ModelFunctionErrorsIT {

  private static final TestRedis SERVER = TestRedis.start();
  private static final Redis REDIS = Redis.connect(SERVER.config());
  private static final long SEED = new Random().nextLong();
  private static final Pattern EXAMPLE =
      Pattern.compile("^KINDLING[A-Z]+ .+$|`(KINDLING[A-Z]+ [^`]+)`", Pattern.MULTILINE);

  /** Where the header of a forest holds what the tests change. */
  private static final int FORMAT_AT = 4;

  private static final int KIND_AT = 5;
  private static final int AGGREGATION_AT = 12;
  private static final int NUM_CLASSES_AT = 20;
  private static final int NUM_TREES_AT = 24;
  private static final int NUM_NODES_AT = 28;

  private final Random random = new Random(SEED);
  private final FunctionCalls churn = new FunctionCalls(REDIS, "churn");
  private final FunctionCalls other = new FunctionCalls(REDIS, "other");
  private final FunctionCalls titanic = new FunctionCalls(REDIS, "titanic");
  private final Forest forest = regression(20, 3);
  private final Forest otherForest = regression(5, 4);

  @BeforeAll
  static void printSeed() {
    System.out.println("ModelFunctionErrorsIT seed " + SEED);
  }

  @AfterAll
  static void close() {
    REDIS.close();
    SERVER.close();
  }

  /** {@code churn} has v1, the next version is v3 as in the docs; nothing is compiled. */
  @BeforeEach
  void publish() {
    SERVER.ask("FLUSHALL");
    SERVER.ask("FUNCTION", "FLUSH");
    REDIS.functions().ensure(ModelFunctions.LIBRARY);
    churn.publish(forest);
    other.publish(otherForest);
    REDIS.jedis().hset(churn.key(), "last", "2");
  }

  /** A call and the line that it is refused with. */
  private record Refusal(String line, Call call) {

    @Override
    public String toString() {
      return line;
    }
  }

  private interface Call {
    String error(ModelFunctionErrorsIT test);
  }

  private static Refusal call(String line, String function, Object... arguments) {
    return new Refusal(line, test -> test.churn.error(function, arguments));
  }

  private static Refusal row(String line, String text) {
    return call("KINDLINGARG " + line, "kindling_predict", text);
  }

  private static Refusal msgpack(String line, String hexadecimal) {
    return call("KINDLINGARG " + line, "kindling_predict", hex(hexadecimal));
  }

  private static Refusal keys(String function, String... keys) {
    String line = "KINDLINGARG " + function + " takes one key, got " + keys.length;
    return new Refusal(line, test -> test.churn.error(function, List.of(keys)));
  }

  static Stream<Refusal> wrongRequests() {
    return Stream.of(
            Stream.of(
                keys("kindling_predict"),
                keys("kindling_predict", "kindling:model:{churn}", "kindling:model:{churn}"),
                keys("kindling_explain"),
                keys("kindling_batch", "kindling:model:{churn}", "kindling:model:{churn}", "x"),
                keys("kindling_warm")),
            wrongArguments(),
            wrongText(),
            wrongMsgpack(),
            wrongBatches(),
            wrongFields(),
            wrongValues())
        .flatMap(refusals -> refusals);
  }

  private static Stream<Refusal> wrongArguments() {
    String predict = "KINDLINGARG kindling_predict takes [@version] features, got ";
    String explain = "KINDLINGARG kindling_explain takes [@version] features, got ";
    String batch = "KINDLINGARG kindling_batch takes [@version] features..., got ";
    String warm = "KINDLINGARG kindling_warm takes [@version], got ";
    return Stream.of(
        call(predict + "0 arguments", "kindling_predict"),
        call(predict + "1 arguments", "kindling_predict", "@v1"),
        call(predict + "2 arguments", "kindling_predict", "1:1", "@v1"),
        call(predict + "3 arguments", "kindling_predict", "@v1", "1:1", "2:1"),
        call(explain + "0 arguments", "kindling_explain"),
        call(explain + "2 arguments", "kindling_explain", "1:1", "2:1"),
        call(batch + "0 arguments", "kindling_batch"),
        call(batch + "1 arguments", "kindling_batch", "@v1"),
        call(warm + "1 arguments", "kindling_warm", "v1"),
        call(warm + "1 arguments", "kindling_warm", ""),
        call(warm + "2 arguments", "kindling_warm", "@v1", "@v1"),
        call(pin("@3"), "kindling_predict", "@3", ""),
        call(pin("@"), "kindling_explain", "@", ""),
        call(pin("@v"), "kindling_batch", "@v", ""),
        call(pin("@V1"), "kindling_predict", "@V1", ""),
        call(pin("@v1 "), "kindling_warm", "@v1 "),
        call(pin("@v1:id"), "kindling_warm", "@v1:id"),
        call(pin("@live"), "kindling_warm", "@live"),
        call(pin("@v??1"), "kindling_warm", "@vé1"),
        call(pin("@" + "x".repeat(56) + "..."), "kindling_warm", "@" + "x".repeat(500)));
  }

  private static String pin(String shown) {
    return "KINDLINGARG version '" + shown + "' is not of the form @vN";
  }

  /** A call of a pipeline that is published as version v3 of the model titanic. */
  private static Refusal of(Pipeline pipeline, String line, String function, Object... arguments) {
    return new Refusal(
        line,
        test -> {
          REDIS.jedis().hset(test.titanic.key(), "last", "2");
          test.titanic.publish(pipeline);
          return test.titanic.error(function, arguments);
        });
  }

  private static Refusal fate(String line, Object... arguments) {
    return of(ServedPipelines.fate(HandleInvalid.ERROR), line, "kindling_predict", arguments);
  }

  private static Stream<Refusal> wrongFields() {
    Pipeline fate = ServedPipelines.fate(HandleInvalid.ERROR);
    Object[] woman = {"Sex", "female", "Age", "1", "Pclass", "1"};
    return Stream.of(
        fate("KINDLINGARG field 'Sex' is missing; \\N is null"),
        fate("KINDLINGARG field 'Age' is missing; \\N is null", "Sex", "male", "Pclass", "1"),
        fate("KINDLINGARG field 'Agee' is unknown, the model has Sex, Age, Pclass", "Agee", "1"),
        fate("KINDLINGARG field '1:1' is unknown, the model has Sex, Age, Pclass", "1:1"),
        fate("KINDLINGARG field 'Age' comes twice", "Age", "1", "Age", "1"),
        fate("KINDLINGARG field 'Age' has no value", "Sex", "male", "Age"),
        fate(
            "KINDLINGROW stage sex_4f2a does not know the label 'x'; its handleInvalid is error, it"
                + " knows 2 labels",
            "Sex",
            "x",
            "Age",
            "1",
            "Pclass",
            "1"),
        of(
            ServedPipelines.fate(HandleInvalid.SKIP),
            "KINDLINGSKIP stage sex_4f2a leaves the row out, its handleInvalid is skip",
            "kindling_predict",
            "Sex",
            "\\N",
            "Age",
            "1",
            "Pclass",
            "1"),
        of(
            fate,
            "KINDLINGARG kindling_batch takes 6 arguments a row, a name and a value of each field,"
                + " got 7 arguments",
            "kindling_batch",
            "Sex",
            "female",
            "Age",
            "1",
            "Pclass",
            "1",
            "Sex"),
        of(
            fate,
            "KINDLINGARG row 2: field 'Sex' comes twice",
            "kindling_batch",
            Stream.concat(Stream.of(woman), Stream.of("Sex", "male", "Sex", "x", "Age", "1"))
                .toArray()),
        of(
            fate,
            "KINDLINGROW row 2: stage sex_4f2a does not know the label 'x'; its handleInvalid is"
                + " error, it knows 2 labels",
            "kindling_batch",
            Stream.concat(Stream.of(woman), Stream.of("Sex", "x", "Age", "1", "Pclass", "1"))
                .toArray()),
        of(
            fate,
            "KINDLINGLIMIT features have 262172 bytes, allowed are 262144",
            "kindling_predict",
            "Sex",
            "x".repeat(262_158),
            "Age",
            "1",
            "Pclass",
            "1"),
        of(
            ServedPipelines.assembled(),
            "KINDLINGARG version v3 has no prediction, kindling_transform gives what its stages make",
            "kindling_predict"),
        new Refusal(
            "KINDLINGARG version v1 is a forest, kindling_transform is for pipelines",
            test -> test.churn.error("kindling_transform", "")),
        new Refusal(
            "KINDLINGARG version v3 is a forest, kindling_transform is for pipelines",
            test ->
                test.withVersion(test.forest.toBytes())
                    .churn
                    .error("kindling_transform", "@v3", "")));
  }

  private static Stream<Refusal> wrongValues() {
    Pipeline typed = ServedPipelines.assembled();
    String number = "', allowed is a decimal number, nan, inf or -inf";
    String integer = "', allowed is an integer of 64 bits";
    return Stream.of(
        fate("KINDLINGARG field 'Age' is 'old" + number, "Age", "old"),
        fate("KINDLINGARG field 'Age' is '" + number, "Age", ""),
        fate("KINDLINGARG field 'Age' is '0x10" + number, "Age", "0x10"),
        fate("KINDLINGARG field 'Age' is 'NaN" + number, "Age", "NaN"),
        fate("KINDLINGARG field 'Pclass' is '3.5" + integer, "Pclass", "3.5"),
        fate("KINDLINGARG field 'Pclass' is '3 " + integer, "Pclass", "3 "),
        fate(
            "KINDLINGARG field 'Pclass' is '9223372036854775808" + integer,
            "Pclass",
            "9223372036854775808"),
        fate(
            "KINDLINGARG field 'Pclass' is '-9223372036854775809" + integer,
            "Pclass",
            "-9223372036854775809"),
        of(
            typed,
            "KINDLINGARG field 'Alone' is 'yes', allowed is true or false",
            "kindling_transform",
            "Alone",
            "yes"),
        of(
            typed,
            "KINDLINGARG field 'Name' is '\\x', a text that begins with a backslash has one more in"
                + " front",
            "kindling_transform",
            "Name",
            "\\x"),
        of(
            typed,
            "KINDLINGARG field 'measures': pair 2 '7=1' is not index:value",
            "kindling_transform",
            "measures",
            "1:1,7=1"),
        of(
            typed,
            "KINDLINGARG field 'measures': msgpack is truncated",
            "kindling_transform",
            "measures",
            hex("92 01")));
  }

  private static Stream<Refusal> wrongText() {
    Stream<Refusal> values =
        Stream.of(
                "0x1p3",
                "0x10",
                "+1",
                "1e",
                "e5",
                ".",
                "-",
                "--1",
                "1-",
                "1.5.5",
                "1.5e+-3",
                "NaN",
                "Inf",
                "-nan",
                "+inf",
                "infinity",
                "1e5.5",
                "one",
                "1_000",
                "1d",
                "²")
            .map(
                value ->
                    row(
                        "value '"
                            + value.replace("²", "??")
                            + "' of pair 2 is not a decimal number, nan, inf or -inf",
                        "3:1,7:" + value));
    return Stream.concat(
        values,
        Stream.of(
            row("pair 2 '7=1' is not index:value", "3:1,7=1"),
            row("pair 1 'churn' is not index:value", "churn"),
            row("pair 2 '' is not index:value", "3:1,,7:1"),
            row("pair 1 '' is not index:value", ",7:1"),
            row("pair 3 '' is not index:value", "3:1,7:1,"),
            row("pair 1 '' is not index:value", ","),
            row("pair 1 '7:1:1' is not index:value", "7:1:1"),
            row("pair 1 '7' is not index:value", "7"),
            row("pair 1 '" + "7".repeat(57) + "...' is not index:value", "7".repeat(5_000)),
            row(
                "pair 2 '" + "7".repeat(57) + "...' is not index:value",
                "3:1," + "7".repeat(5_000)),
            row("pair 2 '7: 1' contains a space", "3:1,7: 1"),
            row("pair 2 ' 7:1' contains a space", "3:1, 7:1"),
            row("pair 1 '3:1 ' contains a space", "3:1 ,7:1"),
            row("pair 1 '3:1?' contains a space", "3:1\n"),
            row("pair 1 ' ' contains a space", " "),
            row("index '0x7' of pair 2 is not a decimal integer", "3:1,0x7:1"),
            row("index '+7' of pair 2 is not a decimal integer", "3:1,+7:1"),
            row("index '-7' of pair 1 is not a decimal integer", "-7:1"),
            row("index '7.0' of pair 1 is not a decimal integer", "7.0:1"),
            row("index '' of pair 1 is not a decimal integer", ":1"),
            row("value '' of pair 1 is not a decimal number, nan, inf or -inf", "7:"),
            row("value '' of pair 1 is not a decimal number, nan, inf or -inf", "7:,8:1"),
            row("value '1?' of pair 1 is not a decimal number, nan, inf or -inf", "7:1\0"),
            row("index 1700 is out of range, allowed are 0 to 1699", "1700:1"),
            row("index 1700 is out of range, allowed are 0 to 1699", "1700:0"),
            row(
                "index 100000000000000000000 is out of range, allowed are 0 to 1699",
                "7:1,1" + "0".repeat(20) + ":1"),
            row("index inf is out of range, allowed are 0 to 1699", "9".repeat(400) + ":1"),
            row("index 7 comes twice", "7:1,7:1"),
            row("index 7 comes twice", "7:0,8:1,7:0"),
            row("index 7 comes twice", "7:1,07:2"),
            row("index 3 comes twice", "8:1,3:1,7:2,3:5")));
  }

  private static Stream<Refusal> wrongMsgpack() {
    String one = "01";
    return Stream.of(
        msgpack("msgpack is truncated", "82 07 01 08"),
        msgpack("msgpack is truncated", "de ffff"),
        msgpack("msgpack is truncated", "df ffffffff"),
        msgpack("msgpack is truncated", "de 0001 07 df ffffffff"),
        msgpack("msgpack is followed by 3 more bytes", "80 01 02 03"),
        msgpack("msgpack is followed by 1 more bytes", "81 07 01 00"),
        msgpack("msgpack is followed by 1 more bytes", "dc 06a4" + one.repeat(1700) + "01"),
        msgpack("msgpack has an unknown type at byte 2", "81 07 c1"),
        msgpack("msgpack has an unknown type at byte 1", "81 d4 01 02 01"),
        msgpack("msgpack key 'a' is not an integer", "81 a1 61 01"),
        msgpack("msgpack key '7' is not an integer", "81 a1 37 01"),
        msgpack("msgpack key '7.5' is not an integer", "81 cb 401e000000000000 01"),
        msgpack("msgpack key 'nan' is not an integer", "81 cb 7ff8000000000000 01"),
        msgpack("msgpack key 'true' is not an integer", "81 c3 01"),
        msgpack("msgpack key 'nil' is not an integer", "81 c0 01"),
        msgpack("msgpack value of index 7 is a string, allowed are numbers", "81 07 a1 31"),
        msgpack("msgpack value of index 7 is a nil, allowed are numbers", "81 07 c0"),
        msgpack("msgpack value of index 7 is a boolean, allowed are numbers", "81 07 c2"),
        msgpack("msgpack value of index 7 is a table, allowed are numbers", "81 07 91 01"),
        msgpack("msgpack value of index 7 is a table, allowed are numbers", "81 07 81 01 01"),
        msgpack("msgpack value of index 8 is a string, allowed are numbers", "82 07 01 08 a1 31"),
        msgpack(
            "msgpack value of index 1699 is a nil, allowed are numbers",
            "dc 06a4" + one.repeat(1699) + "c0"),
        msgpack("msgpack array has 5 values, the model has 1700 features", "95 01 02 03 04 05"),
        msgpack("msgpack array has 0 values, the model has 1700 features", "90"),
        msgpack(
            "msgpack array has 1701 values, the model has 1700 features",
            "dc 06a5" + one.repeat(1701)),
        msgpack("msgpack array has 4294967295 values, the model has 1700 features", "dd ffffffff"),
        msgpack("index 1700 is out of range, allowed are 0 to 1699", "81 cd06a4 01"),
        msgpack("index 1700 is out of range, allowed are 0 to 1699", "82 cd06a4 00 07 01"),
        msgpack("index -1 is out of range, allowed are 0 to 1699", "81 ff 01"),
        msgpack(
            "index 4294967296 is out of range, allowed are 0 to 1699", "81 cf0000000100000000 01"),
        msgpack("index 7 comes twice", "82 07 01 07 01"),
        msgpack("index 7 comes twice", "83 07 00 08 01 07 00"),
        msgpack("index 3 comes twice", "84 08 01 03 01 07 01 03 01"));
  }

  private static Stream<Refusal> wrongBatches() {
    String twice = "KINDLINGARG row 3: index 7 comes twice";
    return Stream.of(
        call(twice, "kindling_batch", "1:1", "", "7:1,7:1", "7:1,7:1"),
        call(twice, "kindling_batch", "@v1", "1:1", hex("80"), hex("82 07 01 07 01")),
        call("KINDLINGARG row 1: msgpack is truncated", "kindling_batch", hex("81 07"), ""),
        call("KINDLINGARG row 2: pair 1 '@v1' is not index:value", "kindling_batch", "", "@v1"),
        call(
            "KINDLINGLIMIT features have 300000 bytes, allowed are 262144",
            "kindling_predict",
            "7".repeat(300_000)),
        call(
            "KINDLINGLIMIT features have 262145 bytes, allowed are 262144",
            "kindling_explain",
            new byte[262_145]),
        call(
            "KINDLINGLIMIT features have 262146 bytes, allowed are 262144",
            "kindling_batch",
            "7".repeat(131_073),
            "7".repeat(131_073)));
  }

  @ParameterizedTest
  @MethodSource("wrongRequests")
  void call_wrongRequest_saysWhatIsWrongAndLeavesNothingBehind(Refusal refusal) {
    String line = refusal.call.error(this);

    assertThat(line).isEqualTo(refusal.line);
    assertAnswersAsTheReference(churn, forest);
  }

  static Stream<Refusal> missingModels() {
    String churn = "model 'kindling:model:{churn}'";
    String noModel = "KINDLINGMISSING key 'kindling:model:{churn}' holds no model";
    String noHash = "KINDLINGMISSING key 'kindling:model:{churn}' is not a hash";
    return Stream.of(
        new Refusal(noModel, test -> test.withoutKey().predictError()),
        new Refusal(noModel, test -> test.withoutKey().predictError("@v1")),
        new Refusal(noModel, test -> test.withoutKey().warmError()),
        new Refusal(noHash, test -> test.withString().predictError()),
        new Refusal(noHash, test -> test.withString().warmError("@v1")),
        new Refusal(
            "KINDLINGMISSING " + churn + " has no live version",
            test -> test.without("live").predictError()),
        new Refusal(
            "KINDLINGMISSING " + churn + " has no version v9", test -> test.predictError("@v9")),
        new Refusal(
            "KINDLINGMISSING " + churn + " has no version v1",
            test -> test.without("v1").predictError()), // as one that is not written to its end
        new Refusal(
            "KINDLINGMISSING " + churn + " has no version v1",
            test -> test.without("v1:id").predictError()),
        new Refusal(
            "KINDLINGMISSING " + churn + " has no version v3",
            test -> test.with("live", "v3").predictError()),
        new Refusal(
            "KINDLINGMISSING chunk v3:7 of model 'kindling:model:{churn}' is missing",
            test ->
                test.withVersion(test.eightChunks().toBytes()).without("v3:7").warmError("@v3")));
  }

  static Stream<Refusal> damagedModels() {
    return Stream.of(
        new Refusal(
            "KINDLINGDAMAGED chunk v3:7 does not match its SHA-1",
            test -> {
              test.withVersion(test.eightChunks().toBytes()).flip("v3:7", 1_234);
              return test.warmError("@v3");
            }),
        new Refusal(
            "KINDLINGDAMAGED chunk v1:0 has 60001 bytes, allowed are 60000",
            test -> test.with("v1:0", "x".repeat(60_001)).predictError()),
        new Refusal(
            "KINDLINGDAMAGED metadata of version v1 is not JSON", metadata("{\"format\":1,")),
        new Refusal("KINDLINGDAMAGED metadata of version v1 is not JSON", metadata("")),
        new Refusal("KINDLINGDAMAGED metadata of version v1 is not JSON", metadata("null")),
        new Refusal("KINDLINGDAMAGED metadata of version v1 is not JSON", metadata("1")),
        new Refusal(
            "KINDLINGDAMAGED metadata of version v1 lacks bytes and chunks",
            metadata("{\"format\":1,\"bytes\":9,\"chunks\":[]}")),
        new Refusal(
            "KINDLINGDAMAGED metadata of version v1 lacks bytes and chunks",
            metadata("{\"format\":1,\"chunks\":[\"a\"]}")),
        new Refusal(
            "KINDLINGDAMAGED chunks of version v1 do not match its id",
            metadata("{\"format\":1,\"bytes\":9,\"chunks\":[\"a\"]}")),
        new Refusal(
            "KINDLINGDAMAGED chunks of version v1 do not match its id",
            metadata("{\"format\":1,\"bytes\":9,\"chunks\":[[null]]}")),
        new Refusal(
            "KINDLINGDAMAGED chunks of version v1 do not match its id",
            test -> test.with("v1:id", "0".repeat(40)).predictError()),
        new Refusal(
            "KINDLINGDAMAGED version v3 does not begin as a model does",
            test -> test.withVersion(new byte[1_000]).predictError("@v3")));
  }

  static Stream<Refusal> unknownFormats() {
    return Stream.of(
        new Refusal(
            "KINDLINGFORMAT version v3 has format 2, this library reads 1",
            header(FORMAT_AT, (byte) 2)),
        new Refusal(
            "KINDLINGFORMAT version v1 has format 2, this library reads 1",
            metadata("{\"format\":2,\"anything\":true}")),
        new Refusal(
            "KINDLINGFORMAT version v3 has kind 3, this library reads 1 (forest) and 2 (pipeline)",
            header(KIND_AT, (byte) 3)),
        of(
            ServedPipelines.ofCosines(
                Forest.builder(Aggregation.VOTE, 3, 2).tree().leaf(1).build()),
            "KINDLINGFORMAT stage dct_5a of version v3 has kind 48, which this library does not serve",
            "kindling_predict",
            ""),
        new Refusal(
            "KINDLINGFORMAT version v3 has aggregation 6, this library reads 1 to 5",
            header(AGGREGATION_AT, (byte) 6)));
  }

  static Stream<Refusal> tooLargeModels() {
    return Stream.of(
        of(
            ServedPipelines.linear(500_001),
            "KINDLINGLIMIT stages of version v3 have more than 500000 numbers",
            "kindling_transform",
            "features",
            ""),
        of(
            ServedPipelines.ofLongLabel(70_000),
            "KINDLINGLIMIT a label of version v3 has 70000 bytes, allowed are 60000",
            "kindling_transform",
            "label",
            "x"),
        new Refusal(
            "KINDLINGLIMIT version v3 has 3825000 nodes, allowed are 2000000; maxNodes in its"
                + " metadata raises the bound",
            header(NUM_NODES_AT, 3_825_000)),
        new Refusal(
            "KINDLINGLIMIT version v3 has 20000 classes, allowed are 10000",
            header(NUM_CLASSES_AT, 20_000)),
        new Refusal(
            "KINDLINGLIMIT version v3 has 200000 trees, allowed are 100000",
            header(NUM_TREES_AT, 200_000)),
        new Refusal(
            "KINDLINGLIMIT metadata of version v3 has 1200000 bytes, allowed are 1000000",
            test ->
                test.withVersion(test.forest.toBytes())
                    .with("v3", " ".repeat(1_200_000))
                    .predictError("@v3")),
        new Refusal(
            "KINDLINGLIMIT batch costs 5100000 (150 rows x 34000), allowed are 4000000",
            test -> {
              test.churn.publish(test.regression(2_125, 3)); // 15 nodes a tree
              test.churn.warm();
              return test.churn.error("kindling_batch", Collections.nCopies(150, "").toArray());
            }),
        new Refusal(
            "KINDLINGCOLD 8000/31500",
            test -> test.withVersion(test.regression(2_125, 3).toBytes()).predictError("@v3")));
  }

  static Stream<Refusal> unusableModels() {
    return Stream.of(missingModels(), damagedModels(), unknownFormats(), tooLargeModels())
        .flatMap(refusals -> refusals);
  }

  @ParameterizedTest
  @MethodSource("unusableModels")
  void call_unusableModel_saysWhatIsWrongAndLeavesNothingBehind(Refusal refusal) {
    other.warm();

    String line = refusal.call.error(this);

    assertThat(comparable(line)).isEqualTo(comparable(refusal.line));
    assertAnswersAsTheReference(other, otherForest);
    REDIS.jedis().del(churn.key());
    churn.publish(forest);
    assertAnswersAsTheReference(churn, forest);
  }

  @Test
  void docs_exampleLines_areThoseOfRefusals() {
    String docs = DocBlock.text("docs/functions.md");
    List<String> examples = new ArrayList<>();
    Matcher matcher = EXAMPLE.matcher(docs.substring(docs.indexOf("\n## Errors\n")));
    while (matcher.find()) {
      examples.add(matcher.group(1) == null ? matcher.group() : matcher.group(1));
    }
    examples.remove("KINDLINGARG row 3: ..."); // how all lines of a batch begin

    List<String> lines =
        Stream.concat(wrongRequests(), unusableModels())
            .map(refusal -> comparable(refusal.line))
            .toList();
    assertThat(examples)
        .hasSizeGreaterThan(25)
        .allSatisfy(example -> assertThat(lines).contains(comparable(example)));
  }

  @Test
  void predict_msgpackTruncatedAtAnyByte_saysSo() {
    churn.warm();
    for (FeatureVector row : RandomRows.of(forest, random, 12)) {
      byte[] whole = row.toMsgpack();
      int step = 1 + whole.length / 300; // of a dense row not each byte
      for (int length = 1; length < whole.length; length += step) {
        assertThat(churn.error("kindling_predict", Arrays.copyOf(whole, length)))
            .as("%s of %s bytes of %s", length, whole.length, row)
            .isEqualTo("KINDLINGARG msgpack is truncated");
      }
      assertThat(FunctionCalls.number(churn.predict(whole)))
          .isEqualTo(ReferenceForest.score(forest, row).prediction());
    }
  }

  @Test
  void predict_smallMsgpackTruncatedAtAnyByte_saysSo() {
    Forest small = RandomForests.next(random);
    other.publish(small);
    for (FeatureVector row : RandomRows.of(small, random, 30)) {
      byte[] whole = row.toMsgpack();
      for (int length = 1; length < whole.length; length++) {
        assertThat(other.error("kindling_predict", Arrays.copyOf(whole, length)))
            .as("%s of %s bytes of %s", length, whole.length, row)
            .isEqualTo("KINDLINGARG msgpack is truncated");
      }
      assertThat(FunctionCalls.number(other.predict(whole)))
          .isEqualTo(ReferenceForest.score(small, row).prediction());
    }
  }

  /** Far more nested than C's stack is deep. */
  @ParameterizedTest
  @ValueSource(strings = {"91", "81"})
  void predict_deeplyNestedMsgpack_isRefused(String head) {
    byte[] nested = hex("8107" + head.repeat(200_000));

    assertThat(churn.error("kindling_predict", nested)).startsWith("KINDLINGARG msgpack ");

    assertAnswersAsTheReference(churn, forest);
  }

  /** The portions in which text is read end behind a pair, if there is one. */
  @Test
  void predict_longNumbers_areRead() {
    FeatureVector row = FeatureVector.sparse(new int[] {7, 9}, new double[] {1.0 / 3, 1.0 / 0});
    String zeros = "0".repeat(3_000);

    String alone = churn.predict("7:" + "9".repeat(3_000));
    String both = churn.predict(zeros + "7:0.3333333333333333" + zeros + ",9:1" + zeros);

    assertThat(FunctionCalls.number(alone))
        .isEqualTo(
            ReferenceForest.score(
                    forest, FeatureVector.sparse(new int[] {7}, new double[] {1.0 / 0}))
                .prediction());
    assertThat(FunctionCalls.number(both))
        .isEqualTo(ReferenceForest.score(forest, row).prediction());
  }

  @Test
  void batch_oneRowAboveTheCost_isAnswered() {
    ForestBuilder builder = Forest.builder(Aggregation.VOTE, 1, 10_000);
    for (int tree = 0; tree < 401; tree++) {
      builder.tree().leaf(tree % 400);
    }
    churn.publish(builder.build());

    assertThat(churn.batch("")).containsExactly(0);
    assertThat(churn.error("kindling_batch", "", ""))
        .isEqualTo("KINDLINGLIMIT batch costs 8020802 (2 rows x 4010401), allowed are 4000000");
  }

  @Test
  void predict_eachChunkDamagedInTurn_namesIt() {
    Forest large = eightChunks();
    churn.publish(large);

    for (int chunk = 0; chunk < 8; chunk++) {
      int position = random.nextInt(chunk == 7 ? 1_000 : ModelHash.CHUNK_BYTES);
      flip("v3:" + chunk, position);
      assertThat(warmError())
          .as("byte %s", position)
          .isEqualTo("KINDLINGDAMAGED chunk v3:" + chunk + " does not match its SHA-1");
      assertAnswersAsTheReference(other, otherForest);
      flip("v3:" + chunk, position);
    }
    churn.warm();

    assertAnswersAsTheReference(churn, large);
  }

  /** The bytes are as short as their metadata says, with the right SHA-1. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void predict_bytesEndTooEarly_areDamaged(int aggregation) {
    Forest small = RandomForests.next(random, Aggregation.ofCode(aggregation));
    byte[] whole = small.toBytes();
    int step = 1 + whole.length / 200;

    for (int length = 1; length < whole.length; length += step) {
      String version = churn.write(Arrays.copyOf(whole, length), small, 0);

      assertThat(churn.error("kindling_predict", "@" + version, ""))
          .as("%s of %s bytes of %s", length, whole.length, small)
          .startsWith("KINDLINGDAMAGED version " + version + " ");
    }
    assertAnswersAsTheReference(churn, forest);
  }

  private void assertAnswersAsTheReference(FunctionCalls calls, Forest scored) {
    for (FeatureVector row : RandomRows.of(scored, random, 3)) {
      double expected = ReferenceForest.score(scored, row).prediction();
      assertThat(FunctionCalls.number(calls.predict(row.toText()))).isEqualTo(expected);
      assertThat(calls.batch(row.toMsgpack())).containsExactly(expected);
    }
  }

  private String predictError(String... pin) {
    return churn.error(
        "kindling_predict", Stream.concat(Arrays.stream(pin), Stream.of("")).toArray());
  }

  /** Warms until that is refused. */
  private String warmError(String... pin) {
    try {
      return "No error in " + churn.warm(pin) + " calls";
    } catch (RedisReplyException e) {
      return e.reply();
    }
  }

  private ModelFunctionErrorsIT without(String field) {
    REDIS.jedis().hdel(churn.key(), field);
    return this;
  }

  private ModelFunctionErrorsIT with(String field, String value) {
    REDIS.jedis().hset(churn.key(), field, value);
    return this;
  }

  private ModelFunctionErrorsIT withoutKey() {
    REDIS.jedis().del(churn.key());
    return this;
  }

  private ModelFunctionErrorsIT withString() {
    REDIS.jedis().set(churn.key(), "not a hash");
    return this;
  }

  private ModelFunctionErrorsIT withVersion(byte[] bytes) {
    churn.write(bytes, forest, /* maxNodes= */ 0);
    return this;
  }

  private static Call metadata(String json) {
    return test -> test.with("v1", json).predictError();
  }

  /** Version v3 with another number of four bytes in the header. */
  private static Call header(int offset, int number) {
    return test -> {
      byte[] bytes = test.forest.toBytes();
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, number);
      return test.withVersion(bytes).predictError("@v3");
    };
  }

  private static Call header(int offset, byte number) {
    return test -> {
      byte[] bytes = test.forest.toBytes();
      bytes[offset] = number;
      return test.withVersion(bytes).predictError("@v3");
    };
  }

  /** Changes a byte of a field; doing so again restores it. */
  private void flip(String field, int position) {
    byte[] key = churn.key().getBytes(StandardCharsets.UTF_8);
    byte[] name = field.getBytes(StandardCharsets.UTF_8);
    byte[] chunk = REDIS.jedis().hget(key, name);
    chunk[position] ^= 4;
    REDIS.jedis().hset(key, name, chunk);
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  /** How far compiling is differs from release to release. */
  private static String comparable(String line) {
    return line.startsWith("KINDLINGCOLD ") ? line.replaceAll("\\d+", "0") : line;
  }

  /** Complete trees over 1,700 features, of which few stand in most splits. */
  private Forest regression(int numTrees, int levels) {
    ForestBuilder builder = Forest.builder(Aggregation.MEAN, 1_700, 0);
    for (int tree = 0; tree < numTrees; tree++) {
      grow(builder.tree(), levels);
    }
    return builder.build();
  }

  private void grow(ForestBuilder builder, int levels) {
    if (levels == 0) {
      builder.leaf(random.nextGaussian());
      return;
    }
    builder.split(random.nextInt(random.nextBoolean() ? 20 : 1_700), random.nextGaussian());
    grow(builder, levels - 1);
    grow(builder, levels - 1);
  }

  /** A tree whose leaves fill eight chunks. */
  private Forest eightChunks() {
    ForestBuilder builder = Forest.builder(Aggregation.CLASS_COUNTS, 1_700, 60);
    growWide(builder.tree(), 10);
    Forest large = builder.build();
    assertThat(ModelHash.digests(large.toBytes())).hasSizeGreaterThanOrEqualTo(8);
    return large;
  }

  private void growWide(ForestBuilder builder, int levels) {
    if (levels == 0) {
      builder.leaf(random.doubles(60).toArray());
      return;
    }
    builder.split(random.nextInt(1_700), random.nextGaussian());
    growWide(builder, levels - 1);
    growWide(builder, levels - 1);
  }
}
