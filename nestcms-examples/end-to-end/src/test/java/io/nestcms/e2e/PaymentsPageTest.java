package io.nestcms.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A merchant's list of payments in a real browser: filter, older ones, the table, one payment's story, a refund, a phone. */
class PaymentsPageTest {
    @TempDir
    Path data;

    @TempDir
    Path downloads;

    private static WebDriverWait soon(ChromeDriver browser) {
        WebDriverWait wait = new WebDriverWait(browser, Duration.ofMinutes(1));
        wait.ignoring(StaleElementReferenceException.class);
        return wait;
    }

    private static WebElement shown(ChromeDriver browser, String id) {
        return soon(browser).until(ExpectedConditions.visibilityOfElementLocated(By.id(id)));
    }

    private static void says(ChromeDriver browser, String id, String text) {
        soon(browser).until(ExpectedConditions.textToBePresentInElementLocated(By.id(id), text));
    }

    private static void rows(ChromeDriver browser, int number) {
        soon(browser).until(ExpectedConditions.numberOfElementsToBe(By.cssSelector("#history tbody tr"), number));
    }

    private static void focusIsOn(ChromeDriver browser, String id) {
        soon(browser).until(any -> id.equals(browser.switchTo().activeElement().getAttribute("id")));
    }

    @Test
    void payments_filteredOlderSavedReadAndGivenBack_byKeyboard_alsoOnAPhone() throws IOException {
        ChromeDriver browser = Chromium.open();
        try (Stage stage = Stage.withoutTap(data, server -> {})) {
            String paid = started(stage);
            for (int i = 0; i < 21; i++) {
                ObjectNode order = Merchant.order("PAGE-" + i, "2.500", "KWD").put("description", "=1+" + i);
                assertThat(stage.merchant.create("page-" + i, order).status()).isEqualTo(201);
            }
            signIn(browser, stage);

            older(browser);
            table(browser);
            filter(browser);
            story(browser, paid);
            refund(browser, stage, paid);
            phone(browser);
        } finally {
            browser.quit();
        }
    }

    private static String started(Stage stage) {
        Merchant.Answer created = stage.merchant.create("paid", Merchant.order("PAID-1", "10.000", "KWD"));
        Merchant.Answer started = stage.merchant.process(created.text("id"));
        stage.payer.pay(started.text("redirectUrl"), Payer.APPROVED);
        await().atMost(Duration.ofMinutes(1))
                .until(() -> stage.merchant.status(created.text("id")).equals("SUCCEEDED"));
        return created.text("id");
    }

    private static void signIn(ChromeDriver browser, Stage stage) {
        browser.get(stage.server.uri() + "/");
        shown(browser, "username").sendKeys(Stage.MERCHANT);
        shown(browser, "password").sendKeys(Stage.PASSWORD, Keys.ENTER);
        says(browser, "live", "Live");
    }

    private static void older(ChromeDriver browser) {
        rows(browser, 20);
        shown(browser, "older").sendKeys(Keys.ENTER);
        rows(browser, 22);
        soon(browser).until(ExpectedConditions.invisibilityOfElementLocated(By.id("older")));
    }

    private void table(ChromeDriver browser) throws IOException {
        browser.executeCdpCommand(
                "Browser.setDownloadBehavior", Map.of("behavior", "allow", "downloadPath", downloads.toString()));
        shown(browser, "export").sendKeys(Keys.ENTER);
        says(browser, "status", "Saved as payments.csv");
        Path file = downloads.resolve("payments.csv");
        await().atMost(Duration.ofMinutes(1)).until(() -> Files.exists(file) && Files.size(file) > 0);
        assertThat(Files.readString(file)).contains("\"'=1+20\"", "\"SUCCEEDED\"", "\"10.000\"");
    }

    private static void filter(ChromeDriver browser) {
        choose(browser, "FAILED");
        rows(browser, 0);
        says(browser, "empty", "No payment here yet");
        choose(browser, "SUCCEEDED");
        rows(browser, 1);
    }

    private static void choose(ChromeDriver browser, String status) {
        shown(browser, "filter")
                .findElement(By.xpath("option[normalize-space()='" + status + "']"))
                .click();
    }

    private static void story(ChromeDriver browser, String paid) {
        button(browser, paid, "open").sendKeys(Keys.ENTER);
        says(browser, "detail-title", "KWD 10.000, SUCCEEDED");
        says(browser, "timeline", "INITIATED");
        says(browser, "attempts", "No. 1");
        says(browser, "ledger", "SALE");
        says(browser, "follow-ups", "None");
        focusIsOn(browser, "detail-close");
        shown(browser, "detail-close").sendKeys(Keys.ESCAPE);
        soon(browser).until(ExpectedConditions.invisibilityOfElementLocated(By.id("detail")));
    }

    private static WebElement button(ChromeDriver browser, String payment, String kind) {
        return soon(browser)
                .until(ExpectedConditions.elementToBeClickable(By.cssSelector("#history tr[data-id='" + payment
                        + "'] button" + (kind.equals("open") ? ".open" : "[data-act=" + kind + "]"))));
    }

    /** Too much is refused in words at the field, which keeps the focus; nothing moved. Then a part is given back. */
    private static void refund(ChromeDriver browser, Stage stage, String paid) {
        button(browser, paid, "refund").sendKeys(Keys.ENTER);
        focusIsOn(browser, "confirm-amount");
        assertThat(shown(browser, "confirm-amount").getAttribute("value")).isEqualTo("10.000");
        amount(browser, "99.000");
        says(browser, "confirm-problem", "at most what is left");
        assertThat(shown(browser, "confirm-amount").getAttribute("aria-invalid"))
                .isEqualTo("true");
        focusIsOn(browser, "confirm-amount");
        assertThat(stage.merchant.find(paid).text("refunded")).isEqualTo("0.000");

        amount(browser, "4.000");
        soon(browser).until(ExpectedConditions.invisibilityOfElementLocated(By.id("confirm")));
        assertThat(stage.merchant.find(paid).text("refunded")).isEqualTo("4.000");
        choose(browser, "PARTIALLY_REFUNDED");
        rows(browser, 1);
        button(browser, paid, "open").sendKeys(Keys.ENTER);
        says(browser, "follow-ups", "KWD 4.000");
        shown(browser, "detail-close").sendKeys(Keys.ENTER);
    }

    private static void amount(ChromeDriver browser, String text) {
        shown(browser, "confirm-amount").sendKeys(Keys.chord(Keys.CONTROL, "a"), text, Keys.ENTER);
    }

    private static void phone(ChromeDriver browser) {
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", 390, "height", 844, "deviceScaleFactor", 1, "mobile", true));
        assertThat(browser.executeScript("return document.documentElement.scrollWidth"))
                .isEqualTo(390L);
        assertThat(browser.executeScript(
                        "const box = document.querySelector('.scroll'); return box.scrollWidth - box.clientWidth"))
                .isEqualTo(0L);
        assertThat(shown(browser, "history").getText()).contains("PARTIALLY_REFUNDED", "KWD 10.000");
    }
}
