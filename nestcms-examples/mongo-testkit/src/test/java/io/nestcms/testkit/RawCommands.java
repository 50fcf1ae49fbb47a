package io.nestcms.testkit;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bson.BsonBinaryReader;
import org.bson.BsonBinaryWriter;
import org.bson.Document;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.DocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;

/** Sends one command as it is, session fields included, which the driver would not let a test choose. */
final class RawCommands {
    private final int port;

    RawCommands(int port) {
        this.port = port;
    }

    Document run(String database, Document command) {
        BasicOutputBuffer body = new BasicOutputBuffer();
        Document whole = new Document(command).append("$db", database);
        new DocumentCodec()
                .encode(
                        new BsonBinaryWriter(body),
                        whole,
                        EncoderContext.builder().build());
        byte[] bson = body.toByteArray();
        ByteBuffer message = ByteBuffer.allocate(21 + bson.length).order(ByteOrder.LITTLE_ENDIAN);
        message.putInt(21 + bson.length)
                .putInt(1)
                .putInt(0)
                .putInt(2013)
                .putInt(0)
                .put((byte) 0)
                .put(bson);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(message.array());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] head = in.readNBytes(21);
            int length = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt();
            byte[] reply = in.readNBytes(length - 21);
            return new DocumentCodec()
                    .decode(
                            new BsonBinaryReader(ByteBuffer.wrap(reply)),
                            DecoderContext.builder().build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
