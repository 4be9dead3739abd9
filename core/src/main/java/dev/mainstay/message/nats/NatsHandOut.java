package dev.mainstay.message.nats;

import dev.mainstay.message.Batch;
import dev.mainstay.message.Message;
import dev.mainstay.message.MessageFilter;
import dev.mainstay.message.TopicPattern;
import dev.mainstay.message.nats.GroupDocument.Claim;
import dev.mainstay.message.nats.GroupDocument.Held;
import dev.mainstay.message.nats.GroupDocument.Waiting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// One choice of what a consumer gets next: what waited comes first, then by priority, then by position. A sender's
/// messages go to one consumer at a time, and those behind one that waits wait as well. Not thread-safe.
final class NatsHandOut {
    private static final int PAGE = 1_000;
    private static final int ASIDE = 10_000;
    static final Comparator<Message> MOST_URGENT_FIRST = Comparator.comparing(
                    (Message message) -> message.priority().stored())
            .thenComparing(Message::position);

    private final NatsGroup group;
    private final UUID consumer;
    private final int most;
    private final long moment;
    private final Log log;
    private final TopicPattern keys;
    private final MessageFilter filter;
    private final Set<String> busy;
    private final List<Held> chosen = new ArrayList<>();
    private final List<Message> messages = new ArrayList<>();
    private int attempts;

    /// What is read of the log.
    interface Log {
        /// The next messages of one priority on the group's channels.
        Page page(int urgency, long after, int limit);

        Optional<Message> find(long position);
    }

    /// @param upto up to where the log was read, all of it when there are fewer messages than asked for
    record Page(List<Message> messages, long upto) {}

    NatsHandOut(NatsGroup group, UUID consumer, int most, long moment, Log log) {
        this.group = group;
        this.consumer = consumer;
        this.most = most;
        this.moment = moment;
        this.log = log;
        this.keys = TopicPattern.of(group.wants.keys());
        this.filter = MessageFilter.of(group.wants.filter());
        this.busy = group.busy(consumer);
    }

    /// Puts them under a lease in the group; nothing when there is none.
    Batch choose(UUID token, UUID session) {
        takeWaiting();
        if (chosen.isEmpty()) {
            takeFresh();
        }
        if (chosen.isEmpty()) {
            return Batch.NOTHING;
        }
        group.claims.put(
                token,
                new Claim(token, session, consumer, attempts, moment + group.wants.lease(), List.copyOf(chosen)));
        return new Batch(token, messages.stream().sorted(MOST_URGENT_FIRST).toList());
    }

    // All tried equally often, none before an earlier one of its sender, a suspect alone.
    private void takeWaiting() {
        Set<String> stopped = new HashSet<>(busy);
        boolean isAlone = false;
        Iterator<Waiting> waiting = group.waiting.values().iterator();
        while (waiting.hasNext() && !isAlone && chosen.size() < most) {
            Waiting next = waiting.next();
            if (isOver(next.expires())) {
                waiting.remove();
            } else if (mayGo(next, stopped)) {
                waiting.remove();
                isAlone = takeWaiting(next);
            } else if (!next.sender().isEmpty()) {
                stopped.add(next.sender());
            }
        }
    }

    private boolean isOver(long expires) {
        return expires > 0 && expires <= moment;
    }

    private boolean mayGo(Waiting next, Set<String> stopped) {
        boolean isLikeTheOthers = chosen.isEmpty() || (!next.suspect() && next.attempts() == attempts);
        return next.due() <= moment && !stopped.contains(next.sender()) && isLikeTheOthers;
    }

    // True when it must be alone. One that is gone is forgotten.
    private boolean takeWaiting(Waiting next) {
        Optional<Message> message = log.find(next.position());
        message.ifPresent(found -> {
            attempts = next.attempts();
            chosen.add(new Held(next.position(), next.sender(), next.expires()));
            messages.add(NatsFrame.tried(found, attempts + 1));
        });
        return message.isPresent() && next.suspect();
    }

    private void takeFresh() {
        for (int urgency = 0; urgency < group.reached.size(); urgency++) {
            boolean isMore = true;
            while (isMore && chosen.size() < most) {
                isMore = new Fresh(urgency).take();
            }
        }
    }

    /// One page of the log, of one priority. Messages of senders who are busy or waiting step aside
    /// when others are behind them, until as many have as may; those at the end of the log stay there.
    private final class Fresh {
        private final int urgency;
        private final Page page;
        private final Set<String> elsewhere = new HashSet<>(busy);
        private final List<Held> aside = new ArrayList<>();
        private long upto;

        private Fresh(int urgency) {
            this.urgency = urgency;
            this.upto = group.reached.get(urgency);
            this.page = log.page(urgency, upto, PAGE);
            group.waiting.values().forEach(waiting -> elsewhere.add(waiting.sender()));
        }

        /// True when the next page may hold something.
        private boolean take() {
            boolean isThrough = page.messages().stream().allMatch(this::take);
            boolean isFull = page.messages().size() == PAGE;
            if (isThrough && isFull && chosen.isEmpty()) {
                stepAside();
            }
            boolean isRead = isThrough && aside.isEmpty();
            group.reached.set(urgency, isRead ? page.upto() : upto);
            return isRead && isFull;
        }

        /// False when it must stay where it is, and all behind it.
        private boolean take(Message message) {
            Held held = held(message);
            boolean isWanted = !isOver(held.expires()) && keys.matches(message.routingKey()) && filter.matches(message);
            boolean isAside = isWanted && !held.sender().isEmpty() && elsewhere.contains(held.sender());
            if (isWanted && (isAside ? isCrowded() : chosen.size() == most)) {
                return false;
            }
            if (isAside) {
                aside.add(held);
            } else if (isWanted) {
                stepAside();
                chosen.add(held);
                messages.add(message);
            }
            upto = aside.isEmpty() ? message.position() : upto;
            return true;
        }

        private boolean isCrowded() {
            return group.waiting.size() + aside.size() >= ASIDE;
        }

        private void stepAside() {
            aside.forEach(held -> group.waiting.put(
                    held.position(), new Waiting(held.position(), held.sender(), 0, moment, false, held.expires())));
            aside.clear();
        }
    }

    private Held held(Message message) {
        String sender = message.sender();
        return new Held(
                message.position(),
                sender == null || !group.wants.ordered() ? "" : sender,
                message.expiresAt() == null ? 0 : NatsClock.micros(message.expiresAt()));
    }
}
