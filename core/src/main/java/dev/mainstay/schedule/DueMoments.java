package dev.mainstay.schedule;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What of a schedule is to be done at a moment: which of its due moments fire, which are missed, when it is due next.
/// Immutable.
///
/// @param fires in their order
/// @param missed in their order
/// @param next null when no moment is left; in the past when more than a thousand were missed, and the rest is for the
///     next look
record DueMoments(
        List<Instant> fires, List<Instant> missed, @Nullable Instant next) {
    /// So much is decided at once, however long nobody looked.
    private static final int CHUNK = 1_000;

    static DueMoments of(NewSchedule plan, Instant first, Instant now) {
        int limit = plan.missed() == MissedPolicy.ALL ? plan.missedLimit() : 1;
        List<Instant> due = new ArrayList<>();
        Optional<Instant> moment = Optional.of(first);
        while (moment.isPresent() && !moment.get().isAfter(now) && due.size() < CHUNK + limit) {
            due.add(moment.get());
            moment = plan.next(moment.get());
        }
        if (moment.isPresent() && !moment.get().isAfter(now)) {
            // As many as may fire come after these, so none of these is among the newest.
            return new DueMoments(List.of(), due.subList(0, CHUNK), due.get(CHUNK));
        }
        boolean isMissed =
                !due.isEmpty() && due.getLast().plus(plan.missedAfter()).isBefore(now);
        int firing = plan.missed() == MissedPolicy.SKIP && isMissed ? 0 : Math.min(limit, due.size());
        int split = due.size() - firing;
        return new DueMoments(due.subList(split, due.size()), due.subList(0, split), moment.orElse(null));
    }
}
