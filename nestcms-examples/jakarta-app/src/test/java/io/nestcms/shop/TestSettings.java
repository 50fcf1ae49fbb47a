package io.nestcms.shop;

import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Settings of a test, before all others. Found as a service. */
public final class TestSettings implements ConfigSource {
    private static volatile Map<String, String> settings = Map.of();

    static void set(Map<String, String> given) {
        settings = Map.copyOf(given);
    }

    static void clear() {
        settings = Map.of();
    }

    @Override
    public Set<String> getPropertyNames() {
        return settings.keySet();
    }

    @Override
    public String getValue(String name) {
        return settings.get(name);
    }

    @Override
    public String getName() {
        return "test";
    }

    @Override
    public int getOrdinal() {
        return 1000;
    }
}
