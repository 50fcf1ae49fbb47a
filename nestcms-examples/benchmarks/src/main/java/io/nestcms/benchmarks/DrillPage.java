package io.nestcms.benchmarks;

import io.nestcms.benchmarks.OutageDrill.Report;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The drill's table and plot. */
final class DrillPage {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 320;
    private static final int MARGIN = 50;
    private static final String[] COLOURS = {"#c0392b", "#e67e22", "#2980b9", "#27ae60", "#85c1e9", "#82e0aa"};

    private DrillPage() {}

    static String text(List<Report> reports, List<FewCalls.Row> fewCalls) {
        StringBuilder page = new StringBuilder();
        page.append("# Outage drill\n\n");
        page.append(OutageDrill.CALLERS)
                .append(
                        " callers, each making a call, waiting half a second and calling again. The gateway answers in 50 ms for 30 s, then\n")
                .append(
                        "hangs 30 s on every call for a minute, then answers in 50 ms again. Breakers and bulkhead are real (Resilience4j 2.4.0);\n")
                .append(
                        "callers, gateway and time are simulated, so a run takes a second and is the same each time. All but the first\n")
                .append(
                        "have a call timeout of 5 s. Resilience4j: 10 s window, at least 10 calls, 50 % failures or 80 % slow (2 s), open for\n")
                .append(
                        "5 s, 10 trial calls. NestCMS: `BreakerSettings.gateway()` with the same window, which ends in a ramp of 10, 25 and 50 %.\n\n")
                .append("Made by `mvn -q -Pdrill -pl nestcms-examples/benchmarks -am -DskipTests test`.\n\n");
        page.append(
                "| | p50 of an answer in the outage | p99 | most threads held | calls that reached the hanging gateway | until normal |\n");
        page.append("|---|---:|---:|---:|---:|---:|\n");
        for (Report report : reports) {
            page.append(String.format(
                    Locale.ROOT,
                    "| %s | %,d ms | %,d ms | %d | %d | %d s |%n",
                    report.name(),
                    report.p50(),
                    report.p99(),
                    report.mostHeld(),
                    report.reached(),
                    report.untilNormal()));
        }
        page.append(
                "\n\"Until normal\" counts from the gateway's recovery until 99 % of the calls of every further second succeed.\n");
        page.append(
                "One seed, one scenario: the gateway's recovery meets the trial calls at another moment with other settings, and moves \"until normal\"\n");
        page.append(
                "by many seconds. The defaults of `BreakerSettings.gateway()` were chosen with this drill in view, over four variants;\n");
        page.append("Resilience4j's settings were not tuned to it.\n");
        page.append(
                "A ramp costs some seconds where the gateway comes back at full strength, as here; it is there for the one that does not.\n");
        few(page, fewCalls);
        page.append("\n![threads held over time](outage-drill.svg)\n");
        return page.toString();
    }

    private static void few(StringBuilder page, List<FewCalls.Row> rows) {
        page.append("\n## Few calls\n\n")
                .append(
                        "The same breakers, open, and a gateway that is well again and answers in 50 ms: one caller at a time, at even distances, until\n")
                .append(
                        "the circuit is closed. \"Refused\" counts callers who were turned away although the gateway would have answered.\n\n")
                .append(
                        "| one call each | breaker | first call let through until closed | refused |\n|---|---|---:|---:|\n");
        for (FewCalls.Row row : rows) {
            page.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %,.3f s | %,d |%n",
                    distance(row.every()),
                    row.name(),
                    row.untilClosed().toMillis() / 1000.0,
                    row.refused()));
        }
        page.append(
                        "\nResilience4j closes when its 10 trial calls have come; NestCMS when its 3 have and the ramp is over, or, when no other trial call\n")
                .append(
                        "comes, the time of the ramp after the first good one. The refusals are those of the open time and, of many callers, of trial and ramp.\n");
    }

    private static String distance(Duration every) {
        return every.toHours() > 0
                ? "hour"
                : every.toMinutes() > 0 ? "minute" : every.toSeconds() > 0 ? "second" : "millisecond";
    }

    static String plot(List<Report> reports) {
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n",
                WIDTH + 2 * MARGIN,
                HEIGHT + 2 * MARGIN + 20 * reports.size()));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        double from = x(OutageDrill.HEALTHY_UNTIL.toSeconds());
        double until = x(OutageDrill.HANGING_UNTIL.toSeconds());
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#f4ecec\"/>%n",
                from,
                MARGIN,
                until - from,
                HEIGHT));
        label(svg, from + 5, MARGIN - 8, "the gateway hangs");
        for (int held = 0; held <= OutageDrill.CALLERS; held += 50) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
                    MARGIN,
                    y(held),
                    MARGIN + WIDTH,
                    y(held)));
            label(svg, 15, y(held) + 4, Integer.toString(held));
        }
        for (int second = 0; second <= OutageDrill.END.toSeconds(); second += 30) {
            label(svg, x(second) - 8, MARGIN + HEIGHT + 18, second + " s");
        }
        label(svg, 15, 20, "threads held");
        for (int i = 0; i < reports.size(); i++) {
            line(svg, reports.get(i), COLOURS[i]);
            int row = MARGIN + HEIGHT + 40 + 20 * i;
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%d\" y=\"%d\" width=\"20\" height=\"4\" fill=\"%s\"/>%n",
                    MARGIN,
                    row,
                    COLOURS[i]));
            label(svg, MARGIN + 28, row + 6, reports.get(i).name());
        }
        return svg.append("</svg>\n").toString();
    }

    private static void line(StringBuilder svg, Report report, String colour) {
        svg.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"")
                .append(colour)
                .append("\" points=\"");
        int[] held = report.heldBySecond();
        for (int second = 0; second < held.length; second++) {
            svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(second), y(held[second])));
        }
        svg.append("\"/>\n");
    }

    private static void label(StringBuilder svg, double x, double y, String text) {
        svg.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\">%s</text>%n", x, y, text));
    }

    private static double x(long second) {
        return MARGIN + (double) second * WIDTH / OutageDrill.END.toSeconds();
    }

    private static double y(int held) {
        return MARGIN + HEIGHT - (double) held * HEIGHT / (OutageDrill.CALLERS * 1.1);
    }
}
