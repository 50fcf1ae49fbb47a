package io.nestcms.testkit;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * What {@link EmbeddedMongo} found in its data directory when it started.
 *
 * @param documents how many documents there are after the start
 * @param records how many journal records were read after the snapshot
 * @param damage the place where reading had to stop, if there was one
 */
public record RecoveryReport(long documents, long records, Optional<Damage> damage) {

    /** @see RecoveryReport */
    public RecoveryReport {
        Objects.requireNonNull(damage, "damage");
    }

    /** What kind of damage it is. */
    public enum Kind {
        /** The last record is not whole: the process or the machine stopped while writing it. It was never acknowledged. */
        INCOMPLETE_TAIL,
        /** Bytes in the middle changed or are missing: acknowledged writes may be lost. */
        CORRUPT
    }

    /**
     * Where the journal could not be read on. What came before is kept, what came after is set aside.
     *
     * @param kind what kind
     * @param file the journal file
     * @param offset the first bad byte
     * @param bytesSetAside how many bytes were cut off, this file and later ones together
     * @param savedTo where they were saved
     * @param reason what was wrong, in words
     */
    public record Damage(Kind kind, Path file, long offset, long bytesSetAside, Path savedTo, String reason) {

        /** @see Damage */
        public Damage {
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(file, "file");
            Objects.requireNonNull(savedTo, "savedTo");
            Objects.requireNonNull(reason, "reason");
        }
    }
}
