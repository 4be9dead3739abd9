package dev.mainstay.bench.chaos;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A message of PostgreSQL's protocol
/// ([formats](https://www.postgresql.org/docs/current/protocol-message-formats.html)). Not changed once made.
///
/// @param type 0 for the first of a connection, which has none
/// @param bytes all of it
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode look into it, and nobody changes it
record Message(char type, byte[] bytes) {
    private static final int HEAD = 5;

    static Message startup(DataInputStream from) throws IOException {
        int length = from.readInt();
        byte[] bytes = new byte[length];
        ByteBuffer.wrap(bytes).putInt(length);
        from.readFully(bytes, Integer.BYTES, length - Integer.BYTES);
        return new Message('\0', bytes);
    }

    static Message read(DataInputStream from) throws IOException {
        byte type = from.readByte();
        int length = from.readInt();
        byte[] bytes = new byte[length + 1];
        ByteBuffer.wrap(bytes).put(type).putInt(length);
        from.readFully(bytes, HEAD, length + 1 - HEAD);
        return new Message((char) type, bytes);
    }

    void writeTo(OutputStream to) throws IOException {
        to.write(bytes);
    }

    /// From a client: the server answers all since the last one (Sync), or this (Query).
    boolean endsStatement() {
        return type == 'S' || type == 'Q';
    }

    /// From a client: Parse, Bind, Describe, Execute, Close; more follows.
    boolean isPartOfStatement() {
        return "PBDEC".indexOf(type) >= 0;
    }

    /// From the server: all is answered.
    boolean isReady() {
        return type == 'Z';
    }

    /// From a client: the text of a statement; empty where there is none.
    String statement() {
        return switch (type) {
            case 'Q' -> text(HEAD);
            case 'P' -> text(afterText(HEAD));
            default -> "";
        };
    }

    private int afterText(int from) {
        int end = from;
        while (bytes[end] != 0) {
            end++;
        }
        return end + 1;
    }

    private String text(int from) {
        return new String(Arrays.copyOfRange(bytes, from, afterText(from) - 1), StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Message message && Arrays.equals(bytes, message.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return type + " of " + bytes.length + " bytes";
    }
}
