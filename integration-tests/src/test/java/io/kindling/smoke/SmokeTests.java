package io.kindling.smoke;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintWriter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs the tests of this package on the Spark of its class path, which need not be the build's. */
public final class SmokeTests {
  private static final int STACK_LINES = 40;

  private SmokeTests() {}

  /** Exits with 0 if some ran and all of them passed. */
  public static void main(String[] args) {
    var listener = new SummaryGeneratingListener();
    var request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectPackage(SmokeTests.class.getPackageName()))
            .filters(includeClassNamePatterns(".*IT"))
            .build();
    LauncherFactory.create().execute(request, listener);
    TestExecutionSummary summary = listener.getSummary();
    summary.printFailuresTo(new PrintWriter(System.out, /* autoFlush= */ true, UTF_8), STACK_LINES);
    long passed = summary.getTestsSucceededCount();
    long failed = summary.getTotalFailureCount();
    System.out.printf("%d smoke tests passed, %d failed%n", passed, failed);
    System.exit(passed > 0 && failed == 0 ? 0 : 1);
  }
}
