package io.kindling.core.testing;

import io.kindling.core.RedisConfig.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.awaitility.Awaitility;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.util.SafeEncoder;

/**
 * A server's and a client's self-signed certificates, made by this JDK's keytool, each trusting the
 * other. The server's is for 127.0.0.1 and no other name.
 */
public final class Certificates {
  private static final String PASSWORD = "test-only";

  private final Path folder;

  private Certificates(Path folder) {
    this.folder = folder;
  }

  /** Makes them in a folder. */
  public static Certificates make(Path folder) {
    var certificates = new Certificates(folder);
    try {
      certificates.makePair("server", "-ext", "SAN=IP:127.0.0.1");
      certificates.makePair("client");
      certificates.keytool(
          "-importcert",
          "-noprompt",
          "-alias",
          "server",
          "-file",
          "server.crt",
          "-keystore",
          "trust.p12");
      Files.writeString(
          folder.resolve("both.crt"),
          Files.readString(folder.resolve("server.crt"))
              + Files.readString(folder.resolve("client.crt")));
      return certificates;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot make certificates in " + folder, e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Cannot make certificates in " + folder, e);
    }
  }

  /** What redis-server needs to serve TLS and to ask clients for a certificate. */
  public String[] serverArguments() {
    return new String[] {
      "--tls-cert-file", folder.resolve("server.crt").toString(),
      "--tls-key-file", folder.resolve("server.key").toString(),
      "--tls-ca-cert-file", folder.resolve("client.crt").toString(),
      "--tls-auth-clients", "yes"
    };
  }

  /** Starts the one node of a cluster, which tells clients to find it under this name. */
  public TestRedis startCluster(String announcedHost) {
    var arguments = new ArrayList<>(List.of(serverArguments()));
    arguments.addAll(List.of("--cluster-enabled", "yes", "--tls-cluster", "yes"));
    arguments.addAll(List.of("--cluster-announce-hostname", announcedHost));
    arguments.addAll(List.of("--cluster-preferred-endpoint-type", "hostname"));
    TestRedis node = TestRedis.start(arguments.toArray(String[]::new));
    SslOptions options =
        SslOptions.builder()
            .truststore(folder.resolve("trust.p12").toFile(), PASSWORD.toCharArray())
            .keystore(folder.resolve("client.p12").toFile(), PASSWORD.toCharArray())
            .build();
    try (var connection =
        new Connection(
            new HostAndPort("127.0.0.1", node.port()),
            DefaultJedisClientConfig.builder().ssl(true).sslOptions(options).build())) {
      connection.sendCommand(Protocol.Command.CLUSTER, "ADDSLOTSRANGE", "0", "16383");
      connection.getOne();
      Awaitility.await("cluster ok")
          .until(
              () -> {
                connection.sendCommand(Protocol.Command.CLUSTER, "INFO");
                return SafeEncoder.encodeObject(connection.getOne())
                    .toString()
                    .contains("cluster_state:ok");
              });
    }
    return node;
  }

  /** Starts a sentinel that watches a server with {@link #serverArguments}, by this name of it. */
  public TestRedis.Sentinel startSentinel(String host, TestRedis master) {
    return TestRedis.startSentinel(
        List.of(
            "tls-cert-file " + folder.resolve("server.crt"),
            "tls-key-file " + folder.resolve("server.key"),
            "tls-client-cert-file " + folder.resolve("client.crt"),
            "tls-client-key-file " + folder.resolve("client.key"),
            "tls-ca-cert-file " + folder.resolve("both.crt"),
            "tls-replication yes",
            "sentinel resolve-hostnames yes",
            "sentinel announce-hostnames yes",
            "sentinel monitor mymaster " + host + " " + master.port() + " 1"));
  }

  /** What a client needs. */
  public Tls clientTls() {
    return new Tls(
        folder.resolve("trust.p12").toString(),
        PASSWORD,
        folder.resolve("client.p12").toString(),
        PASSWORD,
        /* verifyHostName= */ true);
  }

  private void makePair(String name, String... options)
      throws IOException, GeneralSecurityException {
    var arguments =
        new ArrayList<>(
            List.of(
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2",
                "-dname",
                "CN=" + name,
                "-keystore",
                name + ".p12"));
    arguments.addAll(List.of(options));
    keytool(arguments.toArray(String[]::new));
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve(name + ".p12"))) {
      store.load(in, PASSWORD.toCharArray());
    }
    Key key = store.getKey(name, PASSWORD.toCharArray());
    Certificate certificate = store.getCertificate(name);
    writePem(name + ".key", "PRIVATE KEY", key.getEncoded());
    writePem(name + ".crt", "CERTIFICATE", certificate.getEncoded());
  }

  private void writePem(String file, String type, byte[] content) throws IOException {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
    Files.writeString(
        folder.resolve(file),
        "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
  }

  private void keytool(String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException(command + " said: " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while making certificates", e);
    }
  }
}
