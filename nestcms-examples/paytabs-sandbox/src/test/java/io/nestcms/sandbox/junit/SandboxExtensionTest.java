package io.nestcms.sandbox.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nestcms.sandbox.Fault;
import io.nestcms.sandbox.PayTabsSandbox;
import java.net.URI;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

class SandboxExtensionTest {

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    @ExtendWith(SandboxExtension.class)
    class OfTheClass {
        private final Set<URI> seen = new HashSet<>();

        @RepeatedTest(3)
        void isOneForAllTests_withoutTheFaultsOfTheLast(PayTabsSandbox sandbox) {
            seen.add(sandbox.baseUri());
            assertThat(seen).hasSize(1);
            assertThat(sandbox.faults().left()).isZero();
            assertThat(sandbox.faults().accepting()).isTrue();
            sandbox.faults().next(1, "*", Fault.dropReply()).refuseConnections();
        }

        @Nested
        class AndItsNestedOnes {
            @Test
            void too(PayTabsSandbox sandbox) {
                seen.add(sandbox.baseUri());
                assertThat(seen).hasSize(1);
            }
        }
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_METHOD)
    @TestMethodOrder(MethodOrderer.MethodName.class)
    class OfTheTest {
        @RegisterExtension
        private final SandboxExtension own =
                SandboxExtension.of(() -> PayTabsSandbox.builder().profileId(77));

        @RepeatedTest(2)
        void isBuiltAsAsked_andEmpty(PayTabsSandbox sandbox) {
            assertThat(sandbox).isSameAs(own.sandbox());
            assertThat(sandbox.profileId()).isEqualTo(77);
            assertThat(sandbox.calls()).isEmpty();
        }
    }

    @Test
    void outsideATest_thereIsNone() {
        assertThatThrownBy(() -> new SandboxExtension().sandbox()).isInstanceOf(IllegalStateException.class);
    }
}
