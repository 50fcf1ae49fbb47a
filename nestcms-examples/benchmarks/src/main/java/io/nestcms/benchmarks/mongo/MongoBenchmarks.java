package io.nestcms.benchmarks.mongo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;

/** Measures the MongoDB module and writes the page. */
public final class MongoBenchmarks {
    private MongoBenchmarks() {}

    /**
     * Measures and writes.
     *
     * @param args the file to write, the rounds of the splitter's comparison, the numbers of payments with commas between, the
     *     runs of the relay, and how the machine was
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path file = Path.of(args[0]);
        int rounds = Integer.parseInt(args[1]);
        List<Integer> sizes =
                Stream.of(args[2].split(",")).map(Integer::valueOf).toList();
        StringBuilder page = new StringBuilder("# MongoDB benchmarks\n\n")
                .append("The splitter beside the bare driver, reports beside the plain way, and the outbox relay.\n\n")
                .append("- Made by `mvn -q -Pmongo-benchmarks -pl nestcms-examples/benchmarks -am -DskipTests test`,"
                        + " on ")
                .append(LocalDate.now(ZoneOffset.UTC))
                .append(".\n- Machine: ")
                .append(Runtime.getRuntime().availableProcessors())
                .append(" processors, Java ")
                .append(System.getProperty("java.version"))
                .append(", ")
                .append(System.getProperty("os.name"))
                .append("; ")
                .append(args[4])
                .append(".\n"
                        + "- Server: the test kit's node in memory, in a JVM of its own on the same machine. It is"
                        + " not MongoDB: ")
                .append("ratios tell\n"
                        + "  something about the client and the way a question is asked, absolute times do"
                        + " not.\n");
        try (Server server = Server.start()) {
            new SplitterOverhead(page, rounds).run(server);
        }
        try (Server server = Server.start()) {
            new ReportGrowth(page, sizes).run(server);
        }
        try (Server server = Server.start()) {
            new RelayRate(page, 1_000, Integer.parseInt(args[3])).run(server);
        }
        page.append(reading());
        page.append(GrowthTable.kept(file));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, page);
    }

    private static String reading() {
        return """

            ## How to read this

            - `x` is a multiple of the first row. Both sides use the same server, the same concerns (majority, journal) and a client of
              their own, and take turns in batches of 50 calls after as many to warm up.
            - The splitter's rows are with both breakers on, with its selector of servers and with a session for each call. Round trips
              here are on one machine and without a disk: over a network the same addition is a smaller part.
            - Reports: a contract has ten payments, spread evenly over two years. Every way gives the same answer; that is checked before
              it is timed. Times are medians of up to 50 runs after 5 s to warm up, of fewer where a run takes long, and of one run
              where it takes more than 10 s.
            - The plain ways are those of a service on the store ports, with their round trips: `PlainTurnover` of the core, and the same
              for statements with every payment read once. The third row for statements may ask for the payments of one contract.
            - Deep pages cost the server more: that is why the plain ways grow faster than the data. It is so with MongoDB too.
            - Relay: each event costs a write that takes it out of the outbox, each payment a claim and a release.
            """;
    }
}
