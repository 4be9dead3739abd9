package dev.mainstay.concurrent;

import java.time.InstantSource;

/** This machine's date and time, to compare with others' and for nothing that decides. Stateless and thread-safe. */
public final class WallClock {
    private WallClock() {}

    public static InstantSource system() {
        return InstantSource.system();
    }
}
