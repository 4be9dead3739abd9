package dev.mainstay.message.nats;

import dev.mainstay.MainstayException;
import io.nats.client.KeyValue;
import io.nats.client.KeyValueManagement;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.KeyValueConfiguration;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamState;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The streams and buckets that messages need, made when they are needed first. Thread-safe.
final class NatsStores {
    private static final Duration KNOWN_AGAIN = Duration.ofHours(1);
    private static final Duration REMEMBERED = Duration.ofHours(2);

    private final NatsLink link;
    private final int replicas;
    private final Set<UUID> ready = ConcurrentHashMap.newKeySet();
    private final AtomicInteger era = new AtomicInteger();

    NatsStores(NatsLink link, int replicas) {
        this.link = link;
        this.replicas = replicas;
    }

    KeyValue nodes() {
        return link.bucket(NatsNames.NODES);
    }

    /// What groups are and hold, of one organization.
    KeyValue groups(UUID organization) {
        require(organization);
        return link.bucket(NatsNames.groups(organization));
    }

    /// The name of the stream of its log.
    String log(UUID organization) {
        require(organization);
        return NatsNames.log(organization);
    }

    StreamState state(UUID organization) {
        String stream = log(organization);
        try {
            return link.call(() -> link.management().getStreamInfo(stream).getStreamState());
        } catch (MainstayException e) {
            forget(organization);
            throw e;
        }
    }

    /// Changes with every change of what groups are and hold.
    long revision(UUID organization) {
        require(organization);
        String stream = "KV_" + NatsNames.groups(organization);
        return link.call(
                () -> link.management().getStreamInfo(stream).getStreamState().getLastSequence());
    }

    /// A stream of it may be gone: it is looked for with the next step, and made anew.
    void forget(UUID organization) {
        ready.remove(organization);
        era.incrementAndGet();
    }

    /// Changes when what was read of a stream may not be so any more.
    int era() {
        return era.get();
    }

    List<UUID> organizations() {
        return link.call(() -> link.management().getStreamNames()).stream()
                .flatMap(stream -> NatsNames.organization(stream).stream())
                .toList();
    }

    /// Where the nodes show that they live.
    void requireNodes() {
        requireBucket(NatsNames.NODES, REMEMBERED);
    }

    private void require(UUID organization) {
        if (!ready.contains(organization)) {
            requireStream(organization);
            requireBucket(NatsNames.groups(organization), Duration.ZERO);
            ready.add(organization);
        }
    }

    private void requireStream(UUID organization) {
        String name = NatsNames.log(organization);
        boolean isThere = link.call(() -> link.management().getStreamNames().contains(name));
        if (!isThere) {
            link.call(() -> link.management().addStream(log(organization, name)));
        }
    }

    // Only the leader of replicas knows the newest, so they are asked alone when there are more.
    private StreamConfiguration log(UUID organization, String name) {
        return StreamConfiguration.builder()
                .name(name)
                .subjects(NatsNames.everyFrame(organization), NatsNames.parts(organization, "*.*"))
                .storageType(StorageType.File)
                .discardPolicy(DiscardPolicy.New)
                .duplicateWindow(KNOWN_AGAIN)
                .replicas(replicas)
                .allowDirect(replicas == 1)
                .build();
    }

    private void requireBucket(String name, Duration life) {
        KeyValueManagement buckets = link.call(() -> link.connection().keyValueManagement());
        boolean isThere = link.call(() -> buckets.getBucketNames().contains(name));
        if (!isThere) {
            KeyValueConfiguration wanted = KeyValueConfiguration.builder()
                    .name(name)
                    .storageType(StorageType.File)
                    .replicas(replicas)
                    .ttl(life)
                    .build();
            link.call(() -> buckets.create(wanted));
        }
    }
}
