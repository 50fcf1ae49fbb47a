package io.nestcms.server.operations;

import io.nestcms.mongo.MongoBackups;
import io.nestcms.mongo.NestMongoException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a backup when one is due; run it now and then. Due is counted from the newest backup in the directory and not from the
 * start of the server: one that is restarted again and again must not push the good old backups out. After a failure it tries
 * again soon.
 */
public final class BackupSchedule implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(BackupSchedule.class);
    private static final Duration SOON = Duration.ofMinutes(10);

    private final MongoBackups backups;
    private final Path directory;
    private final Duration every;
    private final int keep;
    private final Clock clock;
    private @Nullable Instant next;

    public BackupSchedule(MongoBackups backups, Path directory, Duration every, int keep, Clock clock) {
        this.backups = backups;
        this.directory = directory;
        this.every = every;
        this.keep = keep;
        this.clock = clock;
    }

    @Override
    public synchronized void run() {
        Instant now = clock.instant();
        if (next == null) {
            next = firstAfter(now);
        }
        if (now.isBefore(next)) {
            return;
        }
        try {
            backups.writeTo(directory, keep);
            next = now.plus(every);
        } catch (IOException | NestMongoException failed) {
            // the backups' own event tells the listeners
            LOG.error("No backup was written to {}; trying again in {}", directory, SOON, failed);
            next = now.plus(every.compareTo(SOON) < 0 ? every : SOON);
        }
    }

    private Instant firstAfter(Instant now) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".nestcms-backup"))
                    .map(BackupSchedule::writtenAt)
                    // of one that is newer than now nobody knows how old it is: the clock was ahead once
                    .filter(at -> !at.isAfter(now))
                    .max(Comparator.naturalOrder())
                    .map(newest -> newest.plus(every))
                    .orElse(now);
        } catch (NotDirectoryException | NoSuchFileException none) {
            return now;
        } catch (IOException | UncheckedIOException unreadable) {
            // then none can be written either, and that is told to those who must know
            LOG.error("The backups in {} cannot be listed", directory, unreadable);
            return now;
        }
    }

    private static Instant writtenAt(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
