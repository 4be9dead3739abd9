package dev.mainstay.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// Reads a stream to its end and keeps the last bytes, so that a program that talks without end neither stands still
/// nor fills the memory. Thread-safe.
public final class TailOutput implements Runnable {
    private static final int CHUNK = 8_192;

    private final InputStream in;
    private final byte[] ring;
    private long count;

    public TailOutput(InputStream in, int limit) {
        this.in = in;
        this.ring = new byte[limit];
    }

    @Override
    public void run() {
        byte[] chunk = new byte[CHUNK];
        try {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                keep(chunk, read);
            }
        } catch (IOException ignored) {
            // The program was ended and its pipe with it: what came until then is what there is.
        }
    }

    private synchronized void keep(byte[] chunk, int length) {
        for (int i = 0; i < length; i++) {
            ring[(int) (count++ % ring.length)] = chunk[i];
        }
    }

    /// What was kept so far; a cut at its beginning may go through a character.
    public synchronized String text() {
        int length = (int) Math.min(count, ring.length);
        byte[] kept = new byte[length];
        for (int i = 0; i < length; i++) {
            kept[i] = ring[(int) ((count - length + i) % ring.length)];
        }
        return new String(kept, StandardCharsets.UTF_8);
    }

    /// All bytes read, kept or not.
    public synchronized long count() {
        return count;
    }
}
