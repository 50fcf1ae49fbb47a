package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The payer's journey in a real browser. With {@code -Dscreenshot=file} it leaves a picture of the page at its end. */
class BrowserJourneyTest {
    private static final String PENDING = "4000060000000006";

    @TempDir
    Path data;

    private static WebDriverWait soon(ChromeDriver browser) {
        WebDriverWait wait = new WebDriverWait(browser, Duration.ofMinutes(1));
        wait.ignoring(StaleElementReferenceException.class);
        return wait;
    }

    private static WebElement shown(ChromeDriver browser, String id) {
        return soon(browser).until(ExpectedConditions.visibilityOfElementLocated(By.id(id)));
    }

    private static void type(ChromeDriver browser, String id, String text) {
        WebElement field = shown(browser, id);
        field.clear();
        field.sendKeys(text);
    }

    private static void signIn(ChromeDriver browser, Stage stage) {
        browser.get(stage.server.uri() + "/");
        type(browser, "username", Stage.MERCHANT);
        type(browser, "password", Stage.PASSWORD);
        shown(browser, "sign-in").click();
        soon(browser).until(ExpectedConditions.textToBePresentInElementLocated(By.id("live"), "Live"));
    }

    private static void pay(ChromeDriver browser, String description, String card) {
        type(browser, "amount", "250.000");
        type(browser, "description", description);
        shown(browser, "pay").click();
        type(browser, "card-number", card);
        type(browser, "expiry", "12/40");
        type(browser, "cvv", "123");
        shown(browser, "pay").click();
    }

    private static void statusTurns(ChromeDriver browser, String status) {
        soon(browser).until(ExpectedConditions.textToBePresentInElementLocated(By.id("status"), status));
    }

    @Test
    void payer_approvedCard_backOnThePageAndSucceeded() throws IOException {
        ChromeDriver browser = Chromium.open();
        try (Stage stage = Stage.withoutTap(data, server -> server.clock(Clock.systemUTC()))) {
            signIn(browser, stage);
            pay(browser, "Website, first milestone", Payer.APPROVED);

            statusTurns(browser, "SUCCEEDED");
            assertThat(browser.getCurrentUrl()).isEqualTo(stage.server.uri() + "/");
            assertThat(shown(browser, "status").getText()).contains("KWD 250.000");
            assertThat(shown(browser, "history").getText()).contains("SUCCEEDED", "KWD 250.000");

            liveFromElsewhere(browser, stage);
            keepPicture(browser);
        } finally {
            browser.quit();
        }
    }

    /** Another program of the same merchant takes a payment: the open page shows it, and was not loaded again. */
    private static void liveFromElsewhere(ChromeDriver browser, Stage stage) {
        browser.executeScript("window.sameDocument = true");
        Merchant.Answer created = stage.merchant.create("elsewhere", Merchant.order("ORD-9", "75.500", "KWD"));
        Merchant.Answer started = stage.merchant.process(created.text("id"));
        stage.payer.pay(started.text("redirectUrl"), Payer.NO_FUNDS);

        By row = By.cssSelector("#history tr[data-id='" + created.text("id") + "']");
        soon(browser).until(ExpectedConditions.textToBePresentInElementLocated(row, "FAILED"));
        assertThat(browser.executeScript("return window.sameDocument")).isEqualTo(true);
    }

    @Test
    void payer_pendingCard_turnsSucceededWithoutReloading() throws IOException {
        ChromeDriver browser = Chromium.open();
        try (Stage stage = Stage.withoutTap(data, server -> {})) {
            signIn(browser, stage);
            pay(browser, "Paid at a kiosk", PENDING);
            statusTurns(browser, "PROCESSING");
            soon(browser).until(ExpectedConditions.textToBePresentInElementLocated(By.id("live"), "Live"));
            browser.executeScript("window.sameDocument = true");

            String ref = stage.sandbox().ledger().entries().get(0).ref();
            stage.sandbox().settle(ref, "A", "");

            statusTurns(browser, "SUCCEEDED");
            assertThat(browser.executeScript("return window.sameDocument")).isEqualTo(true);
        } finally {
            browser.quit();
        }
    }

    private static void keepPicture(ChromeDriver browser) throws IOException {
        String file = System.getProperty("screenshot");
        if (file != null) {
            browser.executeScript("window.scrollTo(0, 0)");
            Files.write(Path.of(file), browser.getScreenshotAs(OutputType.BYTES));
        }
    }
}
