package io.nestcms.testkit;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The form of a record in journals and snapshots: mark, length, checksum, sequence number, operations. One record is one
 * command's changes: all of them are read back or none.
 */
final class Records {
    static final int HEADER = 20;
    private static final int MARK = 0x4e4a5231; // NJR1
    private static final int MOST = 512 << 20;

    private Records() {}

    /** Receives what is read. */
    interface Reader {
        void record(long sequence, List<Operation> operations);
    }

    /** How far a file could be read; reason is empty if to its end. */
    record Extent(long records, long lastSequence, long goodBytes, String reason, boolean incomplete) {
        boolean whole() {
            return reason.isEmpty();
        }
    }

    static void write(ByteBuf out, long sequence, List<Operation> operations) {
        int start = out.writerIndex();
        out.writeInt(MARK);
        out.writeInt(0);
        out.writeInt(0);
        out.writeLong(sequence);
        for (Operation operation : operations) {
            out.writeByte(operation.kind().code());
            writeString(out, operation.database());
            writeString(out, operation.collection());
            BsonEncoder.encodeDocument(operation.document(), out);
        }
        int length = out.writerIndex() - start - HEADER;
        out.setInt(start + 4, length);
        out.setInt(start + 8, checksum(out, start + 12, length + 8));
    }

    private static void writeString(ByteBuf out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.writeBytes(bytes);
    }

    private static String readString(ByteBuf in) {
        int length = in.readInt();
        String text = in.toString(in.readerIndex(), length, StandardCharsets.UTF_8);
        in.skipBytes(length);
        return text;
    }

    private static int checksum(ByteBuf buffer, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.nioBuffer(from, length));
        return (int) crc.getValue();
    }

    /**
     * Reads records up to the end or the first that is not right: mark, length, checksum, or a sequence number that does
     * not follow the one before.
     */
    static Extent read(Path file, long firstSequence, Reader reader) throws IOException {
        long size = Files.size(file);
        long at = 0;
        long expected = firstSequence;
        long records = 0;
        try (InputStream raw = Files.newInputStream(file);
                DataInputStream in = new DataInputStream(new BufferedInputStream(raw, 1 << 20))) {
            while (at < size) {
                if (size - at < HEADER) {
                    return new Extent(records, expected - 1, at, "only part of a record header", true);
                }
                int mark = in.readInt();
                int length = in.readInt();
                int checksum = in.readInt();
                if (mark != MARK || length < 0 || length > MOST) {
                    return new Extent(records, expected - 1, at, "no record starts here", false);
                }
                if (length > size - at - HEADER) {
                    return new Extent(records, expected - 1, at, "the record ends after the file", true);
                }
                ByteBuf body = Unpooled.wrappedBuffer(in.readNBytes(length + 8));
                if (checksum(body, 0, length + 8) != checksum) {
                    return new Extent(records, expected - 1, at, "wrong checksum", false);
                }
                long sequence = body.readLong();
                if (sequence != expected) {
                    String reason = "record " + sequence + " where " + expected + " was expected";
                    return new Extent(records, expected - 1, at, reason, false);
                }
                reader.record(sequence, operations(body));
                at += HEADER + length;
                expected++;
                records++;
            }
        }
        return new Extent(records, expected - 1, at, "", false);
    }

    private static List<Operation> operations(ByteBuf body) {
        List<Operation> operations = new ArrayList<>();
        while (body.isReadable()) {
            Operation.Kind kind = Operation.Kind.of(body.readByte());
            String database = readString(body);
            String collection = readString(body);
            Document document = BsonDecoder.decodeBson(body);
            operations.add(new Operation(kind, database, collection, document));
        }
        return operations;
    }

    /** Whether a whole, right record stands anywhere at or after the offset: then what is bad there is not just a tail. */
    static boolean anyAfter(Path file, long offset) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(Math.min(offset, Files.size(file)));
            bytes = in.readAllBytes();
        }
        ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
        for (int at = 0; at + HEADER <= bytes.length; at++) {
            if (buffer.getInt(at) == MARK) {
                int length = buffer.getInt(at + 4);
                if (length >= 0
                        && length <= bytes.length - at - HEADER
                        && checksum(buffer, at + 12, length + 8) == buffer.getInt(at + 8)) {
                    return true;
                }
            }
        }
        return false;
    }
}
