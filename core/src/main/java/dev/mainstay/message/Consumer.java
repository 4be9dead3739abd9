package dev.mainstay.message;

import dev.mainstay.concurrent.Mailbox;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One consumer of a group on this node: settles what ended, takes more in hand, again and again as long as there
/// is something. A round at a time, so that what failed is stored before anything behind it can be handed out.
/// Thread-safe.
final class Consumer implements Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(Consumer.class);
    private static final Duration LAST_ROUND = Duration.ofSeconds(5);
    private static final int MOST_HELD = 1_000;
    private static final int LARGEST_BATCH = 500;

    private final MessageTransport transport;
    private final UUID organization;
    private final ConsumerGroup group;
    private final Deadlines deadlines;
    private final MessageTally tally;
    private final Supplier<Hand> newHand;
    private final UUID id = UUID.randomUUID();
    private final Mailbox mailbox;
    private final AtomicBoolean isWoken = new AtomicBoolean();
    private final Runnable forget;
    private final Runnable stopListening;
    private volatile Hand hand;
    private volatile boolean closed;
    // Of the rounds alone.
    private List<Settlement> unstored = new ArrayList<>();
    private final AtomicBoolean isRenewalPlanned = new AtomicBoolean();
    private boolean isRenewalDue;

    /// @param forget called when this consumer has ended
    Consumer(
            MessageTransport transport,
            UUID organization,
            ConsumerGroup group,
            int concurrency,
            MessageHandler handler,
            Deadlines deadlines,
            MessageTally tally,
            java.util.function.Consumer<Consumer> forget) {
        this.transport = transport;
        this.organization = organization;
        this.group = group;
        this.deadlines = deadlines;
        this.tally = tally;
        this.forget = () -> forget.accept(this);
        this.newHand = () -> new Hand(group, concurrency, handler, deadlines, this::wake);
        this.mailbox = new Mailbox("messages " + group.name());
        this.hand = newHand.get();
        transport.declare(organization, group);
        this.stopListening = transport.onArrival(organization, group.interest().channels(), this::wake);
    }

    UUID organization() {
        return organization;
    }

    String group() {
        return group.name();
    }

    /// There may be something to settle or to take.
    void wake() {
        if (isWoken.compareAndSet(false, true)) {
            mailbox.post(this::round);
        }
    }

    private void round() {
        isWoken.set(false);
        Hand mine = hand;
        try {
            settle(mine);
            boolean isMore = true;
            while (isMore && !closed) {
                isMore = take(mine);
                settle(mine);
            }
            renew(mine);
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("group", group.name()).log("round failed, trying again: {}", e.toString());
            deadlines.in(Duration.ofSeconds(1), this::wake);
        }
    }

    private void settle(Hand mine) {
        unstored.addAll(mine.takeEnded());
        if (unstored.isEmpty() || mine != hand) {
            return;
        }
        Set<UUID> lost = transport.settle(organization, group, unstored);
        for (UUID token : lost) {
            LOG.atWarn().addKeyValue("group", group.name()).log("lease {} lost: others handle its messages", token);
        }
        retryLater(unstored);
        tally.settled(organization, group.name(), unstored);
        mine.settled(unstored);
        unstored = new ArrayList<>();
    }

    private void retryLater(List<Settlement> stored) {
        stored.stream()
                .filter(settlement -> settlement.outcome() == Settlement.Outcome.RETRY)
                .map(Settlement::again)
                .distinct()
                .forEach(again -> deadlines.in(again.plusMillis(1), this::wake));
    }

    /// While something is in hand, its leases begin anew three times as often as they would end.
    private void renew(Hand mine) {
        List<UUID> tokens = mine.tokens();
        if (!tokens.isEmpty() && isRenewalDue) {
            transport.renew(organization, group, tokens);
        }
        isRenewalDue = false;
        if (!tokens.isEmpty() && isRenewalPlanned.compareAndSet(false, true)) {
            deadlines.in(group.ackWithin().dividedBy(3), this::renewalDue);
        }
    }

    private void renewalDue() {
        isRenewalPlanned.set(false);
        mailbox.post(() -> isRenewalDue = true);
        wake();
    }

    private boolean take(Hand mine) {
        int room = Math.min(LARGEST_BATCH, MOST_HELD - mine.held());
        if (room < LARGEST_BATCH || mine.isFull()) {
            return false;
        }
        Batch batch = transport.claim(organization, group.name(), id, room);
        mine.take(batch);
        return !batch.isEmpty();
    }

    /// What is in hand may be another's from now on.
    void fenced() {
        Hand old = hand;
        hand = newHand.get();
        old.drop();
        mailbox.post(() -> unstored = new ArrayList<>());
    }

    @Override
    public void close(Duration bound) {
        closed = true;
        stopListening.run();
        Hand mine = hand;
        mine.close();
        MonotonicClock clock = deadlines.monotonic();
        long giveUp = clock.nanos() + bound.toNanos();
        while (!mine.isIdle() && clock.nanos() < giveUp && Threads.pause(Duration.ofMillis(2))) {
            wake();
        }
        awaitRound();
        forget.run();
    }

    private void awaitRound() {
        CompletableFuture<Void> settled = new CompletableFuture<>();
        mailbox.post(() -> {
            round();
            settled.complete(null);
        });
        try {
            settled.get(LAST_ROUND.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.atWarn().log("closed before everything was settled; it is delivered again: {}", e.toString());
        }
    }
}
