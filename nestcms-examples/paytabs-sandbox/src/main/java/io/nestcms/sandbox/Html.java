package io.nestcms.sandbox;

import java.util.Map;
import java.util.stream.Collectors;

/** The sandbox's pages: plain HTML, no outside assets, no script but the one that sends the return form. */
final class Html {
    private static final String STYLE = """
            :root { color-scheme: light dark; --line: #c9d1dc; --ink: #14213d; --paper: #fff; --soft: #f3f6fb; --go: #0b6b4f; }
            @media (prefers-color-scheme: dark) { :root { --line: #3b4657; --ink: #e8edf6; --paper: #161c27; --soft: #0f141d; --go: #38c796; } }
            * { box-sizing: border-box; }
            body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--soft); }
            main { max-width: 30rem; margin: 3rem auto; padding: 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: 12px; }
            main.wide { max-width: 72rem; }
            h1 { font-size: 1.25rem; margin: 0 0 .25rem; }
            .amount { font-size: 2rem; font-weight: 650; font-variant-numeric: tabular-nums; margin: .5rem 0 0; }
            .muted { opacity: .75; margin: 0 0 1rem; overflow-wrap: anywhere; }
            label { display: block; font-weight: 600; margin-top: 1rem; }
            input { width: 100%; padding: .65rem .75rem; font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 8px; }
            .row { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
            button { font: inherit; font-weight: 600; padding: .7rem 1.2rem; border-radius: 8px; border: 1px solid var(--line); background: transparent; color: inherit; cursor: pointer; margin-top: 1.25rem; }
            button.go { background: var(--go); border-color: var(--go); color: var(--paper); }
            .error { padding: .6rem .8rem; border: 1px solid #b3261e; border-radius: 8px; color: #b3261e; background: #fdecea; }
            details { margin-top: 1.5rem; }
            table { border-collapse: collapse; width: 100%; font-size: .875rem; }
            th, td { text-align: start; padding: .35rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
            code { font-size: .95em; }
            .scroll { overflow-x: auto; }
            """;

    private Html() {}

    static String cardForm(Transaction t, String problem) {
        String error =
                problem.isEmpty() ? "" : "<p class=\"error\" id=\"error\" role=\"alert\">" + escape(problem) + "</p>";
        return page(
                "Pay " + amount(t),
                head(t)
                        + error
                        + later(t)
                        + (AsyncMethod.only(t.order())
                                ? CANCEL
                                : CARD_FIELDS.replace("<!--choice-->", choice(t)) + testCards()));
    }

    private static final String CANCEL =
            "<form method=\"post\"><button id=\"cancel\" name=\"action\" value=\"cancel\">Cancel</button></form>";

    private static final String CARD_FIELDS = """
                        <form method="post" autocomplete="off">
                          <!--choice-->
                          <label for="card-number">Card number</label>
                          <input id="card-number" name="card-number" inputmode="numeric" maxlength="23" autofocus>
                          <div class="row">
                            <div><label for="expiry">Expiry (MM/YY)</label><input id="expiry" name="expiry" placeholder="MM/YY" maxlength="7"></div>
                            <div><label for="cvv">CVV</label><input id="cvv" name="cvv" inputmode="numeric" maxlength="4"></div>
                          </div>
                          <button class="go" id="pay" name="action" value="pay">Pay</button>
                          <button id="cancel" name="action" value="cancel">Cancel</button>
                        </form>
                        """;

    private static String choice(Transaction t) {
        return Tariff.isChoice(t.order())
                ? "<label for=\"donation\">Amount (" + escape(t.order().currency())
                        + ")</label><input id=\"donation\" name=\"amount\" inputmode=\"decimal\" value=\""
                        + Amounts.text(t.order().amount()) + "\">"
                : "";
    }

    /** One button for each method where the payer pays elsewhere. */
    private static String later(Transaction t) {
        return AsyncMethod.offered(t.order()).stream()
                .map(method -> "<form method=\"post\"><button class=\"go\" id=\"" + method.code()
                        + "\" name=\"method\" value=\"" + method.code() + "\">Get a reference to pay with "
                        + method.title() + "</button></form>\n")
                .collect(Collectors.joining());
    }

    static String challenge(Transaction t) {
        return page(
                "Confirm " + amount(t),
                head(t)
                        + """
                        <form method="post" autocomplete="off">
                          <label for="otp">3-D Secure: one-time password of your bank</label>
                          <input id="otp" name="otp" inputmode="numeric" maxlength="10" autofocus>
                          <button class="go" id="confirm" name="action" value="confirm">Confirm</button>
                          <button id="cancel" name="action" value="cancel">Cancel</button>
                        </form>
                        """
                        + "<p class=\"muted\">In this sandbox the password is <code>" + TestCards.OTP + "</code>.</p>");
    }

    static String result(Transaction t) {
        Result result = t.result();
        String text = result == null ? "Open" : result.message();
        return page(
                text,
                head(t) + "<p id=\"result\">" + escape(text) + "</p><p class=\"muted\">You can close this page.</p>");
    }

    static String returnForm(Transaction t, String action, Map<String, String> fields) {
        String hidden = fields.entrySet().stream()
                .map(f -> "<input type=\"hidden\" name=\"" + escape(f.getKey()) + "\" value=\"" + escape(f.getValue())
                        + "\">\n")
                .collect(Collectors.joining());
        return page(
                "Back to the shop",
                head(t) + "<form method=\"post\" id=\"return-form\" action=\"" + escape(action) + "\">\n" + hidden
                        + "<button class=\"go\" id=\"continue\">Continue to the shop</button></form>\n"
                        + "<script>document.getElementById('return-form').submit();</script>");
    }

    static String message(String title, String text) {
        return page(title, "<h1>" + escape(title) + "</h1><p>" + escape(text) + "</p>");
    }

    /** What a proxy shows when the gateway behind it is gone. */
    static String proxyPage(int status) {
        return "<html>\r\n<head><title>" + status + "</title></head>\r\n<body>\r\n<center><h1>" + status
                + "</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
    }

    static String wide(String title, String body) {
        return document(title, "<main class=\"wide\">" + body + "</main>");
    }

    static String amount(Transaction t) {
        return Amounts.text(t.amount()) + " " + t.order().currency();
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private static String head(Transaction t) {
        return "<h1>" + escape(t.order().description()) + "</h1><p class=\"amount\" id=\"amount\">" + escape(amount(t))
                + "</p><p class=\"muted\">Order " + escape(t.order().cartId()) + " · " + escape(t.ref())
                + " · sandbox, no money moves</p>";
    }

    private static String testCards() {
        String rows = TestCards.table().stream()
                .map(row -> "<tr><td><code>" + row.number() + "</code></td><td>" + escape(row.effect()) + "</td></tr>")
                .collect(Collectors.joining("\n"));
        return "<details open><summary>Test cards (any later expiry, any CVV)</summary><div class=\"scroll\"><table>"
                + rows
                + "</table></div><p class=\"muted\"><code>40000NNN0000000c</code> answers with code NNN; c is the check digit.</p></details>";
    }

    private static String page(String title, String body) {
        return document(title, "<main>" + body + "</main>");
    }

    private static String document(String title, String body) {
        return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + escape(title)
                + "</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                + "<link rel=\"icon\" href=\"data:,\"><style>" + STYLE + "</style></head><body>" + body
                + "</body></html>\n";
    }
}
