package io.kindling.dispatch.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the preview API listens, whom it lets in, and its limits. Holds digests of the tokens, not
 * the tokens; nothing of them is printed.
 */
public final class PreviewServerOptions {
  private final InetSocketAddress address;
  private final Tokens tokens;
  private final @Nullable String tenantWithoutToken;
  private final int threads;
  private final int maxBodyBytes;
  private final Duration longestExchange;
  private final int maxDepth;
  private final int maxQueueDepth;

  private PreviewServerOptions(Builder builder) {
    address = builder.address();
    tokens = new Tokens(builder.tokens);
    tenantWithoutToken = builder.tenantWithoutToken;
    threads = builder.threads;
    maxBodyBytes = builder.maxBodyBytes;
    longestExchange = builder.longestExchange;
    maxDepth = builder.maxDepth;
    maxQueueDepth = builder.maxQueueDepth;
  }

  /** Options to be chosen. */
  public static Builder builder() {
    return new Builder();
  }

  InetSocketAddress address() {
    return address;
  }

  Tokens tokens() {
    return tokens;
  }

  /** Whose everybody is who can reach the port; null if a token is asked for. */
  @Nullable String tenantWithoutToken() {
    return tenantWithoutToken;
  }

  int threads() {
    return threads;
  }

  int maxBodyBytes() {
    return maxBodyBytes;
  }

  Duration longestExchange() {
    return longestExchange;
  }

  int maxDepth() {
    return maxDepth;
  }

  int maxQueueDepth() {
    return maxQueueDepth;
  }

  /** The tenants that somebody may come as. */
  List<String> tenants() {
    return tenantWithoutToken == null ? tokens.tenants() : List.of(tenantWithoutToken);
  }

  /** Chooses options. Not safe for concurrent use. */
  public static final class Builder {
    private final List<Tokens.Known> tokens = new ArrayList<>();
    private @Nullable String tenantWithoutToken;
    private String host = "127.0.0.1";
    private int port = 8765;
    private int threads = 16;
    private int maxBodyBytes = 64 << 10;
    private Duration longestExchange = Duration.ofSeconds(20);
    private int maxDepth = 10_000;
    private int maxQueueDepth = 100_000;

    private Builder() {}

    /**
     * Lets in who has this token, as a tenant: its own queries, its own columns, its own numbers.
     *
     * @param token 16 to 256 visible ASCII characters
     * @throws IllegalArgumentException if it is none of these
     */
    public Builder token(String token, String tenant) {
      tokens.add(Tokens.known(token, new Access(tenant, /* operator= */ false)));
      return this;
    }

    /**
     * Lets in who has this token, as a tenant and an operator, who also sees all tenants' numbers,
     * running queries and dead commands, cancels and revives them, and reads {@code /metrics}.
     *
     * @param token 16 to 256 visible ASCII characters
     * @throws IllegalArgumentException if it is none of these
     */
    public Builder operatorToken(String token, String tenant) {
      tokens.add(Tokens.known(token, new Access(tenant, /* operator= */ true)));
      return this;
    }

    /**
     * Asks for no token: whoever can reach the port is an operator of this tenant. On loopback
     * only, and only to requests that name it, so that no web page that somebody visits gets in.
     */
    public Builder withoutToken(String tenant) {
      tenantWithoutToken = tenant;
      return this;
    }

    /**
     * Where to listen; 127.0.0.1 and 8765. Port 0 takes a free one. There is no TLS: let a reverse
     * proxy of the same machine speak it.
     */
    public Builder address(String newHost, int newPort) {
      host = newHost;
      port = newPort;
      return this;
    }

    /** How many requests are worked on at once; 16. Four times as many wait, others are closed. */
    public Builder threads(int newThreads) {
      threads = newThreads;
      return this;
    }

    /** Bytes of a request's body; 64 KiB. */
    public Builder maxBodyBytes(int newMaxBodyBytes) {
      maxBodyBytes = newMaxBodyBytes;
      return this;
    }

    /** From a request's first byte to its answer's last; then it is closed; 20 s. */
    public Builder longestExchange(Duration newLongestExchange) {
      longestExchange = newLongestExchange;
      return this;
    }

    /** How many commands of a tenant may wait, and how many of all; 10,000 and 100,000. */
    public Builder maxDepths(int ofTenant, int ofAll) {
      maxDepth = ofTenant;
      maxQueueDepth = ofAll;
      return this;
    }

    private InetSocketAddress address() {
      try {
        return new InetSocketAddress(InetAddress.getByName(host), port);
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException(
            "Cannot serve previews at '%s': there is no such host".formatted(host), e);
      }
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if a value is not allowed, or nobody could come in
     */
    public PreviewServerOptions build() {
      check(port >= 0 && port <= 65_535, "at port " + port + ": allowed is 0 to 65535");
      InetAddress where = address().getAddress();
      check(
          tokens.isEmpty() == (tenantWithoutToken != null),
          tokens.isEmpty()
              ? "to nobody: name a token, or choose withoutToken"
              : "with tokens and without: choose one");
      check(
          tenantWithoutToken == null || where.isLoopbackAddress(),
          "without a token at " + host + ": allowed is that on loopback only");
      check(threads >= 1 && threads <= 1_000, "with " + threads + " threads: allowed is 1 to 1000");
      check(
          maxBodyBytes >= 1_024 && maxBodyBytes <= 16 << 20,
          "with bodies of " + maxBodyBytes + " bytes: allowed is 1024 to 16777216");
      check(
          longestExchange.toMillis() >= 100 && longestExchange.toMinutes() <= 10,
          "with requests of " + longestExchange + ": allowed is 100 ms to 10 min");
      check(
          maxDepth >= 1 && maxQueueDepth >= 1,
          "with depths of " + maxDepth + " and " + maxQueueDepth + ": allowed is 1 and above");
      return new PreviewServerOptions(this);
    }

    private static void check(boolean holds, String problem) {
      if (!holds) {
        throw new IllegalArgumentException("Cannot serve previews " + problem);
      }
    }
  }

  /** Without the tokens' digests. */
  @Override
  public String toString() {
    return "previews at " + address + " for " + tenants();
  }
}
