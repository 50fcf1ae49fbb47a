package io.nestcms.server.page;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The one page, and the description of the API. The page's script and style are named to the browser by their digests. */
public final class PageRoutes {
    private static final Pattern SCRIPT = Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL);
    private static final Pattern STYLE = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL);

    private static final Pattern LOOPBACK = Pattern.compile("(127\\.0\\.0\\.1|localhost|\\[::1])(:\\d+)?");

    private final URI publicUrl;
    private final String page;
    private final String openApi;
    private final String policy;

    public PageRoutes(URI publicUrl) {
        this.publicUrl = publicUrl;
        this.page = resource("index.html");
        this.openApi = resource("openapi.json");
        this.policy = "default-src 'none'; script-src " + digest(SCRIPT) + "; style-src " + digest(STYLE)
                + "; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    public void register(RoutesConfig routes) {
        routes.get("/", this::page);
        routes.get(
                "/openapi.json",
                context -> context.contentType("application/json").result(openApi));
    }

    private void page(Context context) {
        if (isOtherNameOfThisMachine(context.host())) {
            // a browser keeps its session by host name, and the payer comes back under the public one
            String query = context.queryString();
            context.redirect(publicUrl + "/" + (query == null ? "" : "?" + query));
            return;
        }
        context.header("Content-Security-Policy", policy);
        context.header("Cache-Control", "no-cache");
        context.contentType("text/html; charset=utf-8").result(page);
    }

    private boolean isOtherNameOfThisMachine(@Nullable String host) {
        return host != null
                && LOOPBACK.matcher(publicUrl.getAuthority()).matches()
                && LOOPBACK.matcher(host).matches()
                && host.endsWith(":" + publicUrl.getPort())
                && !host.equals(publicUrl.getAuthority());
    }

    private String digest(Pattern element) {
        Matcher found = element.matcher(page);
        if (!found.find()) {
            throw new IllegalStateException("the page lacks its script or its style");
        }
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(found.group(1).getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is not offered by this Java runtime", impossible);
        }
    }

    private static String resource(String name) {
        try (InputStream in = PageRoutes.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException("the resource " + name + " cannot be read", broken);
        }
    }
}
