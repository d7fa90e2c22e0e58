package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.RedisConfig.Tls;
import io.kindling.core.testing.Certificates;
import io.kindling.core.testing.TestRedis;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The server asks for a client certificate. Of the embedded binaries only linux-amd64 has TLS. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class TlsIT extends RedisContract {
  @TempDir private static Path folder;
  private static Certificates certificates;
  private static TestRedis server;

  @BeforeAll
  static void start() {
    certificates = Certificates.make(folder);
    server = TestRedis.start(certificates.serverArguments());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Override
  protected RedisConfig admin() {
    return server.config().toBuilder().tls(certificates.clientTls()).build();
  }

  @Test
  void connect_withoutClientCertificate_fails() {
    Tls trusting =
        new Tls(
            certificates.clientTls().trustStore(),
            certificates.clientTls().trustStorePassword(),
            null,
            null,
            true);
    try (Redis stranger = Redis.connect(server.config().toBuilder().tls(trusting).build())) {
      assertThatExceptionOfType(RedisUnavailableException.class).isThrownBy(stranger::jedis);
    }
  }

  @Test
  void connect_unknownAuthority_fails() {
    try (Redis distrusting =
        Redis.connect(server.config().toBuilder().tls(Tls.defaults()).build())) {
      assertThatExceptionOfType(RedisUnavailableException.class)
          .isThrownBy(distrusting::jedis)
          .withMessageContaining("unable to find valid certification path");
    }
  }

  @Test
  void connect_hostNameNotInTheCertificate_failsUnlessTheCheckIsOff() {
    // The certificate carries 127.0.0.1 only.
    RedisConfig byName =
        RedisConfig.builder()
            .node("localhost", server.port())
            .tls(certificates.clientTls())
            .build();
    Tls tls = certificates.clientTls();
    Tls unchecked =
        new Tls(
            tls.trustStore(),
            tls.trustStorePassword(),
            tls.keyStore(),
            tls.keyStorePassword(),
            /* verifyHostName= */ false);

    try (Redis checked = Redis.connect(byName)) {
      assertThatExceptionOfType(RedisUnavailableException.class)
          .isThrownBy(checked::jedis)
          .withMessageContaining("localhost");
    }
    try (Redis lenient = Redis.connect(byName.toBuilder().tls(unchecked).build())) {
      assertThat(lenient.jedis().ping()).isEqualTo("PONG");
    }
  }

  @Test
  void connect_uriWithParameters_works() {
    Tls tls = certificates.clientTls();
    String uri =
        String.format(
            "rediss://127.0.0.1:%d?tls.trust-store=%s&tls.trust-store-password=%s"
                + "&tls.key-store=%s&tls.key-store-password=%s",
            server.port(),
            tls.trustStore(),
            tls.trustStorePassword(),
            tls.keyStore(),
            tls.keyStorePassword());
    try (Redis client = Redis.connect(uri)) {
      assertThat(client.jedis().ping()).isEqualTo("PONG");
    }
  }

  @Test
  void connect_missingTrustStore_isAConfigProblem() {
    Tls missing = new Tls(folder.resolve("none.p12").toString(), null, null, null, true);
    try (Redis client = Redis.connect(server.config().toBuilder().tls(missing).build())) {
      assertThatExceptionOfType(ConfigException.class)
          .isThrownBy(client::jedis)
          .withMessageContaining("none.p12 does not exist");
    }
  }
}
