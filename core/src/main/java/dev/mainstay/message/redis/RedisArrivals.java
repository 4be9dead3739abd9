package dev.mainstay.message.redis;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// Tells readers that something arrived where they read, on whatever node; hints only. Thread-safe.
final class RedisArrivals extends RedisPubSubAdapter<String, String> implements AutoCloseable {
    private static final String ALL = "";

    private final Map<String, List<Runnable>> looks = new ConcurrentHashMap<>();
    private final StatefulRedisPubSubConnection<String, String> connection;

    private RedisArrivals(StatefulRedisPubSubConnection<String, String> connection) {
        this.connection = connection;
    }

    static RedisArrivals listen(RedisLink link) {
        RedisArrivals arrivals = new RedisArrivals(link.listen());
        arrivals.connection.addListener(arrivals);
        arrivals.connection.sync().subscribe(RedisKeys.ARRIVALS);
        return arrivals;
    }

    /// @param channels none for all
    Runnable on(UUID organization, Set<String> channels, Runnable look) {
        String root = RedisKeys.root(organization);
        List<String> topics = channels.isEmpty()
                ? List.of(root + ALL)
                : channels.stream().map(channel -> root + channel).toList();
        topics.forEach(topic -> looks.computeIfAbsent(topic, any -> new CopyOnWriteArrayList<>())
                .add(look));
        return () ->
                topics.forEach(topic -> looks.getOrDefault(topic, List.of()).remove(look));
    }

    @Override
    public void message(String channel, String told) {
        String[] words = told.split(" ", -1);
        run(words[0] + ALL);
        for (int i = 1; i < words.length; i++) {
            run(words[0] + words[i]);
        }
    }

    private void run(String topic) {
        looks.getOrDefault(topic, List.of()).forEach(Runnable::run);
    }

    @Override
    public void close() {
        connection.close();
    }
}
