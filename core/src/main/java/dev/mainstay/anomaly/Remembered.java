package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// A part of the state of one series, which is stored and read again in the same order. Not thread-safe.
interface Remembered {
    void write(ByteBuffer to);

    /// Takes the place of what it holds.
    void read(ByteBuffer from);
}
