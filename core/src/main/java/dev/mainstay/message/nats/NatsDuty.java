package dev.mainstay.message.nats;

import dev.mainstay.message.nats.GroupDocument.Claim;
import io.nats.client.PurgeOptions;
import io.nats.client.api.KeyValueEntry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one node does for all, again and again: frees what the dead held, and forgets what is old. Thread-safe.
final class NatsDuty {
    private static final Logger LOG = LoggerFactory.getLogger(NatsDuty.class);
    private static final long PATIENCE = 3_000_000;
    private static final long TRIM_ROUND = 1_000_000;
    private static final long TRIM = 60_000_000;
    private static final Duration UNDER_WAY = Duration.ofMinutes(10);
    private static final String LOOKED = "looked";
    private static final String TRIMMED = "trimmed";

    private final NatsLink link;
    private final NatsStores stores;
    private final NatsLog log;
    private final NatsFrames frames;
    private final NatsGroups groups;
    private final NatsSession session;
    private final NatsClock clock;
    private final NatsArrivals arrivals;
    private final Duration retention;
    // Of organizations where nothing has changed since: the leases there are.
    private final Map<UUID, Known> known = new ConcurrentHashMap<>();

    private record Known(long revision, Map<String, List<Claim>> claims) {}

    NatsDuty(
            NatsLink link,
            NatsStores stores,
            NatsLog log,
            NatsFrames frames,
            NatsGroups groups,
            NatsSession session,
            NatsClock clock,
            NatsArrivals arrivals,
            Duration retention) {
        this.link = link;
        this.stores = stores;
        this.log = log;
        this.frames = frames;
        this.groups = groups;
        this.session = session;
        this.clock = clock;
        this.arrivals = arrivals;
        this.retention = retention;
    }

    void round() {
        List<UUID> organizations = stores.organizations();
        if (isPatienceOver()) {
            organizations.forEach(this::rescue);
        }
        if (ago(TRIMMED) > TRIM && trim(organizations, clock.now() + TRIM_ROUND)) {
            note(TRIMMED, "");
        }
    }

    private boolean trim(List<UUID> organizations, long until) {
        boolean isDone = true;
        for (UUID organization : organizations) {
            isDone &= clock.now() < until && trim(organization, until);
        }
        return isDone;
    }

    // After nobody has looked for a while, as when the server was away, the nodes get that long to show that they live.
    private boolean isPatienceOver() {
        KeyValueEntry looked = link.call(() -> stores.nodes().get(LOOKED));
        long until = looked == null ? 0 : Long.parseLong(looked.getValueAsString());
        long patient = looked != null && ago(LOOKED) > PATIENCE ? clock.now() + PATIENCE : until;
        note(LOOKED, Long.toString(patient));
        return clock.now() >= patient;
    }

    private long ago(String duty) {
        KeyValueEntry entry = link.call(() -> stores.nodes().get(duty));
        return entry == null
                ? Long.MAX_VALUE
                : clock.now() - NatsClock.micros(entry.getCreated().toInstant());
    }

    private void note(String duty, String value) {
        link.call(() -> stores.nodes().put(duty, value));
    }

    private void rescue(UUID organization) {
        claims(organization)
                .forEach((group, claims) -> unlessItFails(group, () -> rescue(organization, group, claims)));
    }

    private boolean rescue(UUID organization, String group, List<Claim> claims) {
        boolean isAnyFreed = false;
        for (Claim claim : claims) {
            NatsSession.Life life = session.lifeOf(claim.session());
            boolean isLost = life != NatsSession.Life.ALIVE || claim.expires() <= clock.now();
            isAnyFreed |= isLost && free(organization, group, claim, life);
        }
        if (isAnyFreed) {
            arrivals.tell(organization, channels(organization, group));
        }
        return isAnyFreed;
    }

    // One group that cannot be changed does not hold up the others.
    private static boolean unlessItFails(String group, BooleanSupplier step) {
        try {
            return step.getAsBoolean();
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("group", group).log("left for the next round: {}", e.toString());
            return false;
        }
    }

    private Map<String, List<Claim>> claims(UUID organization) {
        long revision = stores.revision(organization);
        Known before = known.get(organization);
        if (before != null && before.revision() == revision) {
            return before.claims();
        }
        Map<String, List<Claim>> claims = new HashMap<>();
        groups.all(organization).forEach((group, document) -> {
            if (!document.claims().isEmpty()) {
                claims.put(group, document.claims());
            }
        });
        known.put(organization, new Known(revision, claims));
        return claims;
    }

    // As it is now: it may have been renewed or settled since it was looked at.
    private boolean free(UUID organization, String group, Claim seen, NatsSession.Life life) {
        Boolean isFreed = groups.change(organization, group, document -> {
            Claim claim = document.claims.get(seen.token());
            if (claim == null || (life == NatsSession.Life.ALIVE && claim.expires() > clock.now())) {
                return false;
            }
            boolean isCrash = life != NatsSession.Life.ENDED && claim.expires() > clock.awayUntil();
            document.free(claim, isCrash, clock.now());
            return true;
        });
        return Boolean.TRUE.equals(isFreed);
    }

    private List<String> channels(UUID organization, String group) {
        GroupDocument document = groups.all(organization).get(group);
        return document == null ? List.of() : document.wants().channels();
    }

    /// False when groups are still to be taken past what is old.
    private boolean trim(UUID organization, long until) {
        Instant now = Instant.EPOCH.plus(clock.now(), ChronoUnit.MICROS);
        long first = log.since(organization, now.minus(retention));
        if (!pass(organization, NatsFrame.end(first - 1), until)) {
            return false;
        }
        Set<Long> needed = groups.all(organization).values().stream()
                .flatMap(GroupDocument::needed)
                .collect(Collectors.toSet());
        groups.letters().keepBefore(organization, NatsFrame.position(first, 0), needed);
        long firstPart = log.since(organization, now.minus(retention).minus(UNDER_WAY));
        purge(organization, NatsNames.everyFrame(organization), first);
        purge(organization, NatsNames.parts(organization, "*.*"), firstPart);
        frames.forget();
        return true;
    }

    // For so long a round, because the dead are rescued between the rounds. A group that cannot be read is left out.
    private boolean pass(UUID organization, long end, long until) {
        boolean isDone = true;
        for (String group : groups.all(organization).keySet()) {
            isDone &= unlessItFails(group, () -> pass(organization, group, end, until));
        }
        return isDone;
    }

    private boolean pass(UUID organization, String group, long end, long until) {
        boolean isMore = true;
        while (isMore && clock.now() < until) {
            isMore = groups.pass(organization, group, end);
        }
        return !isMore;
    }

    private void purge(UUID organization, String subject, long first) {
        if (first > 1) {
            PurgeOptions older =
                    PurgeOptions.builder().subject(subject).sequence(first).build();
            link.call(() -> link.management().purgeStream(stores.log(organization), older));
        }
    }
}
