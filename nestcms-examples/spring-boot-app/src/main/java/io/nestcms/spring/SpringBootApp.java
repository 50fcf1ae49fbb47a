package io.nestcms.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** Starts the application. */
@SpringBootApplication
@EnableConfigurationProperties(PayTabsSettings.class)
public class SpringBootApp {
    /**
     * Starts the application.
     *
     * @param arguments passed on to Spring
     */
    public static void main(String[] arguments) {
        SpringApplication.run(SpringBootApp.class, arguments);
    }
}
