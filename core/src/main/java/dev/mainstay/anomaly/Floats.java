package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// Arrays in a buffer. Stateless and thread-safe.
final class Floats {
    private Floats() {}

    static void write(float[] values, ByteBuffer to) {
        to.asFloatBuffer().put(values);
        to.position(to.position() + values.length * Float.BYTES);
    }

    static void read(float[] values, ByteBuffer from) {
        from.asFloatBuffer().get(values);
        from.position(from.position() + values.length * Float.BYTES);
    }
}
