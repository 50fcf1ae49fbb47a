package io.nestcms.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.nestcms.testkit.ReplicaSet;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails each test that sent what the test kit would have had to ignore, also where the code under test swallowed the error.
 * Looks at the server that all tests share and at the replica sets that a test keeps in a field. Every test class of this
 * package has it; {@link RefusalCheckTest} sees to that.
 */
final class RefusalCheck implements AfterEachCallback {
    /** The report of indexes asks for it and tells less where it is not offered; nothing is ignored. */
    private static final String ALLOWED = "$indexStats";

    @Override
    public void afterEach(ExtensionContext context) throws IllegalAccessException {
        List<String> refused = new ArrayList<>(TestMongo.newRefusals());
        for (Object test : context.getRequiredTestInstances().getAllInstances()) {
            for (Class<?> type = test.getClass(); type != Object.class; type = type.getSuperclass()) {
                for (Field field : type.getDeclaredFields()) {
                    // none when the test failed before it had one
                    if (field.getType() == ReplicaSet.class && field.trySetAccessible() && field.get(test) != null) {
                        refused.addAll(((ReplicaSet) field.get(test)).refusals());
                    }
                }
            }
        }
        refused.removeIf(refusal -> refusal.contains(ALLOWED));
        assertThat(refused).as("what the servers would have had to ignore").isEmpty();
    }
}
