package dev.mainstay.message.nats;

import io.nats.client.Dispatcher;
import io.nats.client.Message;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells readers that something arrived where they read, on whatever node; hints only, which may be lost. Thread-safe.
final class NatsArrivals {
    private static final Logger LOG = LoggerFactory.getLogger(NatsArrivals.class);
    private static final String ALL = "";

    private final NatsLink link;
    private final Map<String, List<Runnable>> looks = new ConcurrentHashMap<>();

    NatsArrivals(NatsLink link) {
        this.link = link;
        Dispatcher dispatcher = link.connection().createDispatcher(this::told);
        dispatcher.subscribe(NatsNames.arrivals("*"));
    }

    /// @param channels none for all
    Runnable on(UUID organization, Set<String> channels, Runnable look) {
        List<String> topics = channels.isEmpty()
                ? List.of(topic(organization.toString(), ALL))
                : channels.stream()
                        .map(channel -> topic(organization.toString(), channel))
                        .toList();
        topics.forEach(topic -> looks.computeIfAbsent(topic, any -> new CopyOnWriteArrayList<>())
                .add(look));
        return () ->
                topics.forEach(topic -> looks.getOrDefault(topic, List.of()).remove(look));
    }

    private static String topic(String organization, String channel) {
        return organization + " " + channel;
    }

    /// What cannot be told now is found by those who look every second.
    void tell(UUID organization, Collection<String> channels) {
        try {
            link.connection()
                    .publish(
                            NatsNames.arrivals(organization.toString()),
                            String.join(" ", channels).getBytes(StandardCharsets.UTF_8));
        } catch (IllegalStateException e) {
            LOG.atDebug().log("nobody was told of what arrived: {}", e.toString());
        }
    }

    private void told(Message hint) {
        String organization = hint.getSubject().substring(NatsNames.arrivals("").length());
        run(topic(organization, ALL));
        for (String channel : new String(hint.getData(), StandardCharsets.UTF_8).split(" ", -1)) {
            run(topic(organization, channel));
        }
    }

    private void run(String topic) {
        looks.getOrDefault(topic, List.of()).forEach(Runnable::run);
    }
}
