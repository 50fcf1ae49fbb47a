package io.nestcms.sandbox.junit;

import io.nestcms.sandbox.PayTabsSandbox;
import io.nestcms.sandbox.SandboxBuilder;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Runs a sandbox for tests and hands it to them as a parameter.
 *
 * <pre>{@code
 * @ExtendWith(SandboxExtension.class)
 * class CheckoutTest {
 *     @Test
 *     void replyLost_isNotChargedAgain(PayTabsSandbox sandbox) { ... }
 * }
 * }</pre>
 *
 * <p>With {@code @ExtendWith} or a static {@code @RegisterExtension} field, one sandbox serves all tests of the class: the
 * faults are cleared before each test, the ledger goes on, so use one cart for one test. With a field that is not static each
 * test has a sandbox of its own. Tests of one class that run at the same time must not share a sandbox, since faults hit
 * whoever calls next.
 *
 * @since 0.1
 */
public final class SandboxExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {
    private final Supplier<SandboxBuilder> builders;
    private @Nullable PayTabsSandbox running;
    private int depth;

    /** A sandbox with every setting as usual. */
    public SandboxExtension() {
        this(PayTabsSandbox::builder);
    }

    private SandboxExtension(Supplier<SandboxBuilder> builders) {
        this.builders = Objects.requireNonNull(builders, "builders");
    }

    /**
     * A sandbox with settings of its own.
     *
     * @param builders makes the builder of each sandbox, for example {@code () -> PayTabsSandbox.builder().seed(1)}
     * @return for a {@code @RegisterExtension} field
     */
    public static SandboxExtension of(Supplier<SandboxBuilder> builders) {
        return new SandboxExtension(builders);
    }

    /**
     * The running sandbox.
     *
     * @return the one of the current class or test
     * @throws IllegalStateException outside a test
     */
    public synchronized PayTabsSandbox sandbox() {
        if (running == null) {
            throw new IllegalStateException("no sandbox is running: it lives as long as a test class or a test");
        }
        return running;
    }

    /**
     * Starts the class's sandbox; nested classes share that of the outer one.
     *
     * @param context not used
     */
    @Override
    public synchronized void beforeAll(ExtensionContext context) {
        depth++;
        start();
    }

    /**
     * Clears the faults, or starts a sandbox for this test alone.
     *
     * @param context not used
     */
    @Override
    public synchronized void beforeEach(ExtensionContext context) {
        start();
        sandbox().faults().clear();
    }

    /**
     * Stops the sandbox of this test alone.
     *
     * @param context not used
     */
    @Override
    public synchronized void afterEach(ExtensionContext context) {
        if (depth == 0) {
            stop();
        }
    }

    /**
     * Stops the class's sandbox.
     *
     * @param context not used
     */
    @Override
    public synchronized void afterAll(ExtensionContext context) {
        depth--;
        if (depth == 0) {
            stop();
        }
    }

    /**
     * A parameter of type {@link PayTabsSandbox} is ours.
     *
     * @param parameter the parameter
     * @param context not used
     * @return whether its type is {@link PayTabsSandbox}
     */
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == PayTabsSandbox.class;
    }

    /**
     * Hands over the running sandbox.
     *
     * @param parameter not used
     * @param context not used
     * @return the sandbox
     */
    @Override
    public PayTabsSandbox resolveParameter(ParameterContext parameter, ExtensionContext context) {
        synchronized (this) {
            start();
            return sandbox();
        }
    }

    private void start() {
        if (running == null) {
            running = builders.get().start();
        }
    }

    private void stop() {
        if (running != null) {
            running.close();
            running = null;
        }
    }
}
