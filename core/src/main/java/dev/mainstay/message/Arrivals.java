package dev.mainstay.message;

import dev.mainstay.concurrent.Listeners;
import dev.mainstay.postgres.Signals;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/// Tells readers that something arrived where they read: those of this node at once, those of other nodes by a
/// signal. Thread-safe.
final class Arrivals {
    private final Signals signals;
    private final Listeners here = new Listeners();

    Arrivals(Signals signals) {
        this.signals = signals;
    }

    /// @param channels none for all
    Runnable on(UUID organization, Set<String> channels, Runnable look) {
        List<Runnable> stops =
                topics(organization, channels).map(topic -> on(topic, look)).toList();
        return () -> stops.forEach(Runnable::run);
    }

    private Runnable on(String topic, Runnable look) {
        Runnable stopHere = here.add(topic, look);
        Runnable stop = signals.on(topic, look);
        return () -> {
            stop.run();
            stopHere.run();
        };
    }

    void tell(UUID organization, Collection<String> channels) {
        Stream.concat(topics(organization, channels), topics(organization, Set.of()))
                .forEach(topic -> {
                    here.of(topic).forEach(Runnable::run);
                    signals.notify(topic);
                });
    }

    private static Stream<String> topics(UUID organization, Collection<String> channels) {
        String all = "messages " + organization;
        return channels.isEmpty() ? Stream.of(all) : channels.stream().map(channel -> all + " " + channel);
    }
}
