package dev.mainstay.message.nats;

import dev.mainstay.message.Settlement;
import dev.mainstay.message.nats.GroupDocument.Claim;
import dev.mainstay.message.nats.GroupDocument.Held;
import dev.mainstay.message.nats.GroupDocument.Waiting;
import dev.mainstay.message.nats.GroupDocument.Wants;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A group while one step changes it. Not thread-safe: of one step alone.
final class NatsGroup {
    private static final int PAGE = 1_000;

    final long createdAt;
    Wants wants;
    final List<Long> reached;
    final Map<UUID, Claim> claims = new LinkedHashMap<>();
    final TreeMap<Long, Waiting> waiting = new TreeMap<>();
    private long missed;
    /// Given up by this step.
    final List<Dead> dead = new ArrayList<>();

    record Dead(long position, int attempts, String reason, long at) {}

    NatsGroup(GroupDocument document) {
        wants = document.wants();
        createdAt = document.createdAt();
        missed = document.missed();
        reached = new ArrayList<>(document.reached());
        document.claims().forEach(claim -> claims.put(claim.token(), claim));
        document.waiting().forEach(each -> waiting.put(each.position(), each));
    }

    GroupDocument document() {
        return new GroupDocument(
                wants,
                createdAt,
                List.copyOf(reached),
                List.copyOf(claims.values()),
                List.copyOf(waiting.values()),
                missed);
    }

    /// What lies behind the new place is read anew, so it neither waits nor is in hand as well.
    void seek(long position) {
        reached.replaceAll(any -> position);
        List<Claim> ended = claims.values().stream()
                .filter(claim -> claim.held().stream().anyMatch(held -> held.position() > position))
                .toList();
        for (Claim claim : ended) {
            claims.remove(claim.token());
            claim.held().forEach(held -> await(held, claim.attempts(), 0, false));
        }
        waiting.tailMap(position, false).clear();
    }

    /// Reads a page on, up to a position, without handing out, and counts what it could have; false at the end.
    boolean pass(NatsHandOut.Log log, long end, long moment) {
        for (int urgency = 0; urgency < reached.size(); urgency++) {
            if (reached.get(urgency) < end) {
                NatsHandOut.Page page = log.page(urgency, reached.get(urgency), PAGE);
                missed += page.messages().stream()
                        .filter(message -> isAlive(message.expiresAt(), moment))
                        .count();
                reached.set(urgency, page.upto());
                return true;
            }
        }
        return false;
    }

    private static boolean isAlive(@Nullable Instant expires, long moment) {
        return expires == null || NatsClock.micros(expires) > moment;
    }

    /// The senders whose messages other consumers have in hand.
    Set<String> busy(UUID consumer) {
        return claims.values().stream()
                .filter(claim -> !claim.consumer().equals(consumer))
                .flatMap(claim -> claim.held().stream())
                .map(Held::sender)
                .filter(sender -> !sender.isEmpty())
                .collect(Collectors.toSet());
    }

    /// Says how messages in hand ended, and lets the other leases begin anew; the leases that were lost.
    Set<UUID> settle(List<Settlement> settlements, long moment) {
        Set<UUID> lost = new HashSet<>();
        Map<UUID, Map<Long, Held>> left = new LinkedHashMap<>();
        for (Settlement settlement : settlements) {
            Claim claim = claims.get(settlement.token());
            if (claim == null) {
                lost.add(settlement.token());
                continue;
            }
            Held held = left.computeIfAbsent(settlement.token(), any -> byPosition(claim))
                    .remove(settlement.message().position());
            if (held != null) {
                ended(settlement, claim.attempts(), held, moment);
            }
        }
        left.forEach((token, held) -> keep(token, List.copyOf(held.values()), moment));
        return lost;
    }

    private static Map<Long, Held> byPosition(Claim claim) {
        Map<Long, Held> held = new LinkedHashMap<>();
        claim.held().forEach(each -> held.put(each.position(), each));
        return held;
    }

    private void ended(Settlement settlement, int attempts, Held held, long moment) {
        long due = moment + settlement.again().toNanos() / 1_000;
        switch (settlement.outcome()) {
            case ACKED -> {}
            case RETRY -> await(held, attempts + 1, due, false);
            case RETURNED -> await(held, attempts, moment, false);
            case DEAD -> die(held.position(), attempts + 1, String.valueOf(settlement.error()), moment);
        }
    }

    private void keep(UUID token, List<Held> held, long moment) {
        claims.computeIfPresent(
                token,
                (same, claim) -> held.isEmpty()
                        ? null
                        : new Claim(
                                token,
                                claim.session(),
                                claim.consumer(),
                                claim.attempts(),
                                moment + wants.lease(),
                                held));
    }

    private void await(Held held, int attempts, long due, boolean isSuspect) {
        waiting.putIfAbsent(
                held.position(), new Waiting(held.position(), held.sender(), attempts, due, isSuspect, held.expires()));
    }

    private void die(long position, int attempts, String reason, long moment) {
        dead.add(new Dead(position, attempts, reason, moment));
    }

    /// The leases that were lost.
    Set<UUID> renew(Collection<UUID> tokens, long moment) {
        Set<UUID> lost = new HashSet<>(tokens);
        lost.removeAll(claims.keySet());
        for (UUID token : tokens) {
            Claim claim = claims.get(token);
            if (claim != null) {
                keep(token, claim.held(), moment);
            }
        }
        return lost;
    }

    /// Frees what a consumer held that is gone. Each message may have been what killed it, so it is
    /// tried alone from now on and dies with the last attempt, unless its node said good-bye.
    void free(Claim claim, boolean isCrash, long moment) {
        claims.remove(claim.token());
        int attempts = claim.attempts() + (isCrash ? 1 : 0);
        for (Held held : claim.held()) {
            if (attempts >= wants.attempts()) {
                die(
                        held.position(),
                        attempts,
                        "its consumer died or did not settle it in time, " + attempts + " attempts",
                        moment);
            } else {
                await(held, attempts, moment, isCrash);
            }
        }
    }

    /// To be handed out once more, as if never tried; false when it waits or is in hand already.
    boolean again(long position, String sender, long moment) {
        boolean isHeld = claims.values().stream()
                .flatMap(claim -> claim.held().stream())
                .anyMatch(held -> held.position() == position);
        if (isHeld || waiting.containsKey(position)) {
            return false;
        }
        await(new Held(position, wants.ordered() ? sender : "", 0), 0, moment, false);
        return true;
    }
}
