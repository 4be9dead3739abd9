package dev.mainstay.task;

import static java.util.Objects.requireNonNull;

import dev.mainstay.concurrent.Loop;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The one claimer of a node: takes what there is room for, in batches, and at once again after a full one.
///
/// It asks only where something may be: where a hint says so, and everywhere once a second. Higher priority goes first;
/// within a priority the organizations share the room. Thread-safe.
final class Claimer implements AutoCloseable {
    private static final Duration POLL = Duration.ofSeconds(1);
    /// For so long what is known of the room holds.
    private static final Duration ROOM_HOLDS = Duration.ofMillis(1);

    private static final Duration EXPECTATION = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final int LARGEST_BATCH = 1_000;
    private static final int RANKS = 2 * Priority.values().length;

    private final ClaimStore claims;
    private final LaneStore lanes;
    private final TaskHost host;
    private final MonotonicClock monotonic;
    private final ClaimPace pace;
    private final Map<Integer, Spot[]> spots = new ConcurrentHashMap<>();
    private final Map<Priority, Room> rooms = new ConcurrentHashMap<>();
    private final Loop loop;
    private final TimerWheel.Timer expectation = new TimerWheel.Timer(this::look);
    private volatile long expectedUntil;
    private volatile boolean isPollAsked = true;
    private long nextPoll;
    private int turn;
    private List<ClaimedTask> claimed = List.of();
    private int begun;

    private record Room(int size, long asOf) {}

    Claimer(ClaimStore claims, LaneStore lanes, TaskHost host, MonotonicClock monotonic) {
        this.claims = claims;
        this.lanes = lanes;
        this.host = host;
        this.monotonic = monotonic;
        this.pace = new ClaimPace(monotonic);
        this.loop = Loop.start("tasks-claim", POLL, this::round);
    }

    /// There is room again, or a task.
    void wake() {
        loop.wake();
    }

    /// Something became claimable in one place.
    void hint(int lane, Priority priority) {
        Spot[] ranks = spots.get(lane);
        if (ranks != null) {
            ranks[2 * priority.stored() + 1].hint();
            loop.wake();
        }
    }

    /// Something may have become claimable anywhere.
    void hintAll() {
        spots.values().forEach(Claimer::hint);
        loop.wake();
    }

    /// Something may start again in some queue with limits.
    void hintLimited() {
        spots.values().stream().filter(ranks -> ranks[0].lane().isLimited()).forEach(Claimer::hint);
        loop.wake();
    }

    /// A queue was paused, resumed or given limits.
    void queuesChanged() {
        isPollAsked = true;
        loop.wake();
    }

    /// How many tasks may run here for a new one of a lane to begin at once: all of `capacity` when nothing waits that
    /// would be claimed before it, as far as is known here. Half of it when something may have come since the last
    /// claim, which left nothing: then that finds room, too.
    int roomAtOnce(int lane, Priority priority, int capacity) {
        Spot[] own = spots.get(lane);
        if (own == null || own[0].lane().isPaused() || own[0].lane().isLimited()) {
            return 0;
        }
        Room known = rooms.get(priority);
        if (known == null || monotonic.nanos() - known.asOf() > ROOM_HOLDS.toNanos()) {
            known = new Room(roomBeside(priority, capacity), monotonic.nanos());
            rooms.put(priority, known);
        }
        return known.size();
    }

    private int roomBeside(Priority priority, int capacity) {
        int room = capacity;
        for (Spot[] ranks : spots.values()) {
            LaneStore.Lane lane = ranks[0].lane();
            // What waits for more than room takes none away.
            boolean takesRoom = !lane.isPaused() && !lane.isLimited() && !host.isBounded(lane.type());
            for (int rank = 0; takesRoom && rank < 2 * priority.stored() + 2; rank++) {
                if (ranks[rank].isPromising()) {
                    room = Math.min(room, ranks[rank].isDrained() ? capacity / 2 : 0);
                }
            }
        }
        return room;
    }

    LaneStore.@Nullable Lane lane(int lane) {
        Spot[] ranks = spots.get(lane);
        return ranks == null ? null : ranks[0].lane();
    }

    boolean isLimited(int lane) {
        Spot[] ranks = spots.get(lane);
        return ranks != null && ranks[0].lane().isLimited();
    }

    /// Something may become claimable soon, without anybody saying when: looks again and again for a while.
    void expect() {
        expectedUntil = monotonic.nanos() + EXPECTATION.toNanos();
        host.schedule(expectation, LOOK);
    }

    private void look() {
        hintAll();
        if (monotonic.nanos() < expectedUntil) {
            host.schedule(expectation, LOOK);
        }
    }

    private static void hint(Spot[] ranks) {
        for (Spot spot : ranks) {
            spot.hint();
        }
    }

    private void round() {
        begin();
        UUID session = host.session();
        if (session == null) {
            return;
        }
        int claimed = 1;
        while (claimed > 0 && session.equals(host.session())) {
            claimed = isPollAsked || monotonic.nanos() >= nextPoll ? poll(session) : claim(session, false);
        }
    }

    /// Looks everywhere.
    private int poll(UUID session) {
        isPollAsked = false;
        nextPoll = monotonic.nanos() + POLL.toNanos();
        look(session);
        host.report();
        return pace.isDue() ? pace.measured(() -> claim(session, true)) : claim(session, false);
    }

    /// One statement while there is nothing to do.
    private void look(UUID session) {
        LaneStore.Look look = lanes.look(session, host.workers().types(), host.claims(), busy());
        refresh(look);
        if (look.isCancelAsked()) {
            host.cancel(lanes.cancelled(session, host.running()));
        }
        if (look.isForgotten()) {
            claims.giveBackForgotten(session, host::claims);
        }
    }

    private List<Integer> busy() {
        long now = monotonic.nanos();
        return spots.entrySet().stream()
                .filter(entry -> Arrays.stream(entry.getValue())
                        .anyMatch(spot -> spot.isPromising() || spot.lowWater().hasMoved(now)))
                .map(Map.Entry::getKey)
                .toList();
    }

    private void refresh(LaneStore.Look look) {
        spots.keySet().retainAll(look.lanes().stream().map(LaneStore.Lane::id).toList());
        for (LaneStore.Lane lane : look.lanes()) {
            Spot[] known = spots.get(lane.id());
            if (known == null || !known[0].lane().equals(lane)) {
                spots.put(lane.id(), spots(lane));
            } else if (look.ready().contains(lane)) {
                hint(known);
            }
        }
    }

    private static Spot[] spots(LaneStore.Lane lane) {
        Spot[] ranks = new Spot[RANKS];
        for (int rank = 0; rank < RANKS; rank++) {
            ranks[rank] = new Spot(lane, rank);
        }
        return ranks;
    }

    /// What shares a bound is claimed together, so that one LIMIT holds it: a queue with limits, a type
    /// of which only so many may run here, suspects.
    private record Bound(
            LaneStore.@Nullable Queue limited, @Nullable String type, boolean isForSuspects) {
        private static final Bound NONE = new Bound(null, null, false);
    }

    private Bound bound(Spot spot) {
        LaneStore.Lane lane = spot.lane();
        return new Bound(
                lane.isLimited() ? lane.inQueue() : null,
                host.isBounded(lane.type()) ? lane.type() : null,
                spot.isForSuspects());
    }

    private int claim(UUID session, boolean fromStart) {
        Map<Bound, List<Spot>> groups = new LinkedHashMap<>();
        groups.put(Bound.NONE, new ArrayList<>());
        for (Spot spot : promising()) {
            groups.computeIfAbsent(bound(spot), any -> new ArrayList<>()).add(spot);
        }
        closeLimited(groups, fromStart);
        Patience patience = new Patience();
        int claimed = 0;
        for (Bound bound : List.copyOf(groups.keySet())) {
            List<Spot> asked = requireNonNull(groups.remove(bound));
            int more = claim(session, fromStart, asked, bound, patience);
            claimed += more;
            if (more == 0 && bound.limited() != null && !asked.isEmpty()) {
                closeLimited(groups, fromStart); // Others may have taken what several queues share.
            }
        }
        return claimed;
    }

    /// Leaves out where nothing may start: of all queues with limits at once, since each is claimed from by itself.
    private void closeLimited(Map<Bound, List<Spot>> groups, boolean fromStart) {
        List<Spot> limited = groups.entrySet().stream()
                .filter(group -> group.getKey().limited() != null && most(group.getKey()) > 0)
                .flatMap(group -> group.getValue().stream())
                .toList();
        if (limited.isEmpty() || !host.hasRoom()) {
            return;
        }
        Map<Spot, Long> hints = hints(limited.stream());
        Set<Spot> closed = new HashSet<>(limited);
        claims.open(wants(limited, 1, fromStart)).forEach(want -> closed.remove(spot(want.lane(), want.rank())));
        closed.forEach(spot -> emptied(spot, hints));
        groups.values().forEach(spots -> spots.removeAll(closed));
    }

    private static Map<Spot, Long> hints(Stream<Spot> spots) {
        return spots.collect(Collectors.toMap(Function.identity(), Spot::hinted));
    }

    private static void emptied(Spot spot, Map<Spot, Long> hints) {
        spot.emptied(hints.getOrDefault(spot, 0L));
    }

    private int most(Bound bound) {
        int ofType = bound.type() == null ? LARGEST_BATCH : host.room(bound.type());
        int ofSuspects = bound.isForSuspects() ? host.roomForSuspects() : LARGEST_BATCH;
        return Math.min(LARGEST_BATCH, Math.min(ofType, ofSuspects));
    }

    private int claim(UUID session, boolean fromStart, List<Spot> asked, Bound bound, Patience patience) {
        int room = asked.isEmpty() ? 0 : host.reserve(most(bound));
        if (room == 0) {
            return 0;
        }
        try {
            claim(session, wants(asked, room, fromStart), room, bound, patience);
        } finally {
            host.unreserve(room - claimed.size());
        }
        int size = claimed.size();
        begin();
        return size;
    }

    private void claim(UUID session, List<Want> wants, int room, Bound bound, Patience patience) {
        Map<Spot, Long> hints = hints(wants.stream().map(want -> spot(want.lane(), want.rank())));
        ClaimEvent event = new ClaimEvent();
        event.begin();
        LaneStore.Queue limited = bound.limited();
        claimed = limited == null
                ? claims.claim(session, wants, room)
                : claims.claim(session, wants, room, limited, patience);
        begun = 0;
        event.ended(room, claimed.size());
        learn(wants, claimed, room, hints);
    }

    /// What was claimed and does not run yet. A round that fails in the middle of it, for want of
    /// memory say, leaves the rest to the next one: what is claimed is held by this node, so nobody
    /// else would begin it.
    private void begin() {
        while (begun < claimed.size()) {
            ClaimedTask task = claimed.get(begun);
            host.begin(task, spot(task.lane(), task.rank()).lane().type());
            begun++;
        }
        claimed = List.of();
        begun = 0;
    }

    private Spot spot(int lane, int rank) {
        return requireNonNull(spots.get(lane), "a lane that was asked for")[rank];
    }

    private List<Spot> promising() {
        List<Spot> promising = new ArrayList<>();
        for (Spot[] ranks : spots.values()) {
            if (!ranks[0].lane().isPaused()) {
                for (Spot spot : ranks) {
                    if (spot.isPromising()) {
                        promising.add(spot);
                    }
                }
            }
        }
        Collections.rotate(promising, turn++);
        return inTurns(promising);
    }

    /// By priority, and within it one of each organization after the other, so that who has many lanes is not asked for
    /// all of them first.
    private static List<Spot> inTurns(List<Spot> spots) {
        record Asker(int priority, UUID organization) {}
        record Turn(int priority, int number, Spot spot) {}
        Map<Asker, Integer> numbers = new HashMap<>();
        return spots.stream()
                .map(spot -> {
                    int priority = spot.rank() / 2;
                    Asker asker = new Asker(priority, spot.lane().organization());
                    return new Turn(priority, numbers.merge(asker, 1, Integer::sum), spot);
                })
                .sorted(Comparator.comparingInt(Turn::priority).thenComparingInt(Turn::number))
                .map(Turn::spot)
                .toList();
    }

    private List<Want> wants(List<Spot> asked, int room, boolean fromStart) {
        long organizations = asked.stream()
                .map(spot -> spot.lane().organization())
                .distinct()
                .count();
        int share = (int) Math.ceilDiv(room, organizations);
        return asked.stream()
                .map(spot -> new Want(
                        spot.lane().inQueue(),
                        spot.lane().id(),
                        spot.rank(),
                        fromStart ? 0 : spot.lowWater().mark(),
                        share))
                .toList();
    }

    private void learn(List<Want> wants, List<ClaimedTask> claimed, int room, Map<Spot, Long> hints) {
        long now = monotonic.nanos();
        Map<Spot, Integer> counts = new HashMap<>();
        for (ClaimedTask task : claimed) {
            Spot spot = spot(task.lane(), task.rank());
            counts.merge(spot, 1, Integer::sum);
            spot.lowWater().claimed(task.seq(), now);
        }
        for (Want want : wants) {
            Spot spot = spot(want.lane(), want.rank());
            if (claimed.size() < room && counts.getOrDefault(spot, 0) < want.quota()) {
                emptied(spot, hints);
            } else {
                spot.left();
            }
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
