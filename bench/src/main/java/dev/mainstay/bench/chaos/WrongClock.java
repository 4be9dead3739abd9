package dev.mainstay.bench.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Runs programs whose wall clock is wrong while their monotonic clock is right, as on a machine whose time was set
/// wrongly, by [libfaketime](https://github.com/wolfcw/libfaketime) where that is installed (Debian: `faketime`).
/// Immutable and thread-safe.
record WrongClock(Path library, Duration shift) {
    static final Duration HOUR = Duration.ofHours(1);

    private static final String NAME = "faketime/libfaketimeMT.so.1";
    private static final List<Path> PLACES = List.of(Path.of("/usr/lib"), Path.of("/usr/local/lib"));

    /// Empty where it is not installed.
    static Optional<WrongClock> by(Duration shift) {
        return PLACES.stream()
                .flatMap(WrongClock::places)
                .map(place -> place.resolve(NAME))
                .filter(Files::isReadable)
                .findFirst()
                .map(library -> new WrongClock(library, shift));
    }

    /// Debian has a folder for each architecture.
    private static Stream<Path> places(Path place) {
        if (!Files.isDirectory(place)) {
            return Stream.empty();
        }
        try (Stream<Path> inside = Files.list(place)) {
            return Stream.concat(Stream.of(place), inside.filter(Files::isDirectory).toList().stream());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look into " + place, e);
        }
    }

    /// The same command with this clock. Files keep their true times, or archives of classes would not be taken.
    List<String> command(List<String> command) {
        String sign = shift.isNegative() ? "-" : "+";
        List<String> words = new ArrayList<>(List.of(
                "env",
                "LD_PRELOAD=" + library,
                "FAKETIME=" + sign + shift.abs().toSeconds(),
                "FAKETIME_DONT_FAKE_MONOTONIC=1",
                "FAKETIME_FORCE_MONOTONIC_FIX=0",
                "NO_FAKE_STAT=1"));
        words.addAll(command);
        return words;
    }
}
