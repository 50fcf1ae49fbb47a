package io.nestcms.e2e;

import java.nio.file.Path;
import java.time.Duration;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** The browser on this machine. */
final class Chromium {
    private Chromium() {}

    static ChromeDriver open() {
        Path browser = Machine.require("chromium", "chromium-browser", "google-chrome");
        Path driver = Machine.require("chromedriver", "chromium.chromedriver");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(browser.toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--force-color-profile=srgb",
                "--window-size=1100,980");
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(driver.toFile())
                .usingAnyFreePort()
                .withTimeout(Duration.ofMinutes(1))
                .build();
        return new ChromeDriver(service, options);
    }
}
