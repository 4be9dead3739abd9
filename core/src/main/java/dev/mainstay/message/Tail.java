package dev.mainstay.message;

import dev.mainstay.concurrent.Mailbox;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the end of one organization's log once for all ephemeral subscribers of this node, so that a hundred of
/// them cost one query. Thread-safe.
final class Tail {
    private static final Logger LOG = LoggerFactory.getLogger(Tail.class);
    private static final int PAGE = 1_000;

    private final MessageTransport transport;
    private final UUID organization;
    private final List<LiveSubscription> live = new CopyOnWriteArrayList<>();
    private final Mailbox mailbox = new Mailbox("messages-tail");
    private final AtomicBoolean isWoken = new AtomicBoolean();
    // Of the mailbox alone.
    private long position = -1;

    Tail(MessageTransport transport, UUID organization) {
        this.transport = transport;
        this.organization = organization;
    }

    void look() {
        if (isWoken.compareAndSet(false, true)) {
            mailbox.post(this::round);
        }
    }

    private void round() {
        isWoken.set(false);
        try {
            boolean isMore = true;
            while (isMore && !live.isEmpty()) {
                isMore = readPage();
            }
        } catch (RuntimeException e) {
            LOG.atWarn().log("reading messages failed, trying again within a second: {}", e.toString());
        }
    }

    private boolean readPage() {
        List<Message> page = transport.read(organization, interest(), position, PAGE);
        if (page.isEmpty()) {
            return false;
        }
        live.removeIf(subscription -> !subscription.offer(page));
        position = page.getLast().position();
        return page.size() == PAGE;
    }

    // Of all together; each takes its own out of it. Too many channels are read as all of them.
    private Interest interest() {
        Set<String> channels = new HashSet<>();
        for (LiveSubscription subscription : live) {
            if (subscription.interest().isInAllChannels()) {
                return Interest.everything();
            }
            channels.addAll(subscription.interest().channels());
        }
        return Interest.inUpTo(channels);
    }

    /// Takes in a subscriber that has read by itself up to about the end.
    void join(LiveSubscription subscription) {
        mailbox.post(() -> {
            try {
                joined(subscription);
            } catch (RuntimeException e) {
                subscription.catchUpLater();
            }
        });
    }

    private void joined(LiveSubscription subscription) {
        if (live.isEmpty()) {
            position = transport.position(organization, Start.NEWEST);
        }
        List<Message> page;
        do {
            page = transport.read(organization, subscription.interest(), subscription.position(), PAGE);
            if (!subscription.offer(page)) {
                return;
            }
        } while (page.size() == PAGE);
        if (!live.contains(subscription)) {
            live.add(subscription);
        }
        look();
    }

    void leave(LiveSubscription subscription) {
        live.remove(subscription);
    }
}
