package io.nestcms.spring.test;

import io.nestcms.sandbox.PayTabsSandbox;
import io.nestcms.spring.PayTabsConnectionDetails;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Starts a sandbox for each application that a test with {@link NestCmsTest} starts. */
final class SandboxCustomizerFactory implements ContextCustomizerFactory {
    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> test, List<ContextConfigurationAttributes> attributes) {
        return TestContextAnnotationUtils.hasAnnotation(test, NestCmsTest.class) ? new Sandbox() : null;
    }

    /** All are equal, so that tests with equal settings share an application and its sandbox. */
    private record Sandbox() implements ContextCustomizer {
        @Override
        public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration merged) {
            PayTabsSandbox sandbox = PayTabsSandbox.builder().start();
            int port = freePort();
            context.getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource(
                            "nestcms-sandbox",
                            Map.of("server.port", port, "nestcms.public-url", "http://127.0.0.1:" + port)));
            context.getEnvironment()
                    .getPropertySources()
                    .addLast(new MapPropertySource("nestcms-sandbox-defaults", Map.of("nestcms.store", "memory")));
            ConfigurableListableBeanFactory beans = context.getBeanFactory();
            beans.registerSingleton("payTabsSandbox", sandbox);
            beans.registerSingleton("payTabsConnectionDetails", new Details(sandbox));
            context.addApplicationListener((ApplicationListener<ContextClosedEvent>) closed -> {
                if (closed.getApplicationContext() == context) {
                    sandbox.close();
                }
            });
        }

        /** Known before the application listens, because the sandbox is told where to send notifications. */
        private static int freePort() {
            try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private record Details(PayTabsSandbox sandbox) implements PayTabsConnectionDetails {
        @Override
        public long profileId() {
            return sandbox.profileId();
        }

        @Override
        public String serverKey() {
            return sandbox.serverKey();
        }

        @Override
        public URI baseUri() {
            return sandbox.baseUri();
        }
    }
}
