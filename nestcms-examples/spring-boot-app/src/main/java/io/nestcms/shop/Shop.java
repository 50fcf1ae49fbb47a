package io.nestcms.shop;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the shop. */
@SpringBootApplication
public class Shop {
    /**
     * Starts the shop.
     *
     * @param arguments passed on to Spring
     */
    public static void main(String[] arguments) {
        SpringApplication.run(Shop.class, arguments);
    }
}
