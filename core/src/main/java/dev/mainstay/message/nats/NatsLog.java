package dev.mainstay.message.nats;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.message.Interest;
import dev.mainstay.message.Message;
import dev.mainstay.message.Outgoing;
import io.nats.client.PublishOptions;
import io.nats.client.api.PublishAck;
import io.nats.client.api.StreamState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/// The log of messages in NATS: a stream of frames an organization. Thread-safe.
final class NatsLog {
    private final NatsStores stores;
    private final NatsFrames frames;
    private final NatsClock clock;

    NatsLog(NatsStores stores, NatsFrames frames, NatsClock clock) {
        this.stores = stores;
        this.frames = frames;
        this.clock = clock;
    }

    List<Long> append(UUID organization, List<Outgoing> messages) {
        if (messages.size() > NatsFrame.MOST) {
            throw new MainstayException(
                    ErrorCode.PAYLOAD_TOO_LARGE,
                    messages.size() + " messages cannot be stored together in NATS, at most " + NatsFrame.MOST
                            + " can");
        }
        PublishAck ack = frames.store(organization, messages, PublishOptions.builder());
        return IntStream.range(0, messages.size())
                .mapToObj(place -> NatsFrame.position(ack.getSeqno(), place))
                .toList();
    }

    /// Each alone, because what goes together may be together with others when it is told again. False
    /// when it was known.
    boolean appendOnce(UUID organization, Outgoing message) {
        return !frames.store(
                        organization,
                        List.of(message),
                        PublishOptions.builder().messageId(message.id().toString()))
                .isDuplicate();
    }

    List<Message> read(UUID organization, Interest interest, long after, int limit) {
        List<Message> found = new ArrayList<>();
        String subject = NatsNames.everyFrame(organization);
        Optional<NatsFrame> frame = frames.next(organization, subject, NatsFrame.sequence(after));
        while (frame.isPresent() && found.size() < limit) {
            for (Message message : frame.get().messages()) {
                if (message.position() > after && isAlive(message) && interest.wants(message)) {
                    found.add(message);
                }
            }
            frame = found.size() < limit
                    ? frames.next(organization, subject, frame.get().sequence() + 1)
                    : frame;
        }
        return found.size() > limit ? List.copyOf(found.subList(0, limit)) : found;
    }

    private boolean isAlive(Message message) {
        Instant expires = message.expiresAt();
        return expires == null || NatsClock.micros(expires) > clock.now();
    }

    /// The next messages of one priority on some channels.
    ///
    /// @param head up to where to read
    NatsHandOut.Page page(UUID organization, Set<String> channels, int urgency, long after, int limit, long head) {
        List<Message> found = new ArrayList<>();
        String subject = NatsNames.framesWith(organization, urgency);
        Optional<NatsFrame> frame =
                head > after ? frames.next(organization, subject, NatsFrame.sequence(after)) : Optional.empty();
        while (frame.isPresent() && NatsFrame.end(frame.get().sequence()) <= head) {
            for (Message message : frame.get().messages()) {
                boolean isOne = message.position() > after
                        && message.priority().stored() == urgency
                        && channels.contains(message.channel());
                if (isOne) {
                    found.add(message);
                }
                if (found.size() == limit) {
                    return new NatsHandOut.Page(found, message.position());
                }
            }
            frame = frames.next(organization, subject, frame.get().sequence() + 1);
        }
        return new NatsHandOut.Page(found, Math.max(head, after));
    }

    /// The message at a position, unless it is gone.
    Optional<Message> find(UUID organization, long position) {
        long sequence = NatsFrame.sequence(position);
        int place = (int) (position - NatsFrame.position(sequence, 0));
        return frames.next(organization, NatsNames.everyFrame(organization), sequence)
                .filter(frame ->
                        frame.sequence() == sequence && place < frame.messages().size())
                .map(frame -> frame.messages().get(place));
    }

    /// The newest messages before a position, the newest first, looked for frame by frame.
    List<Message> newest(UUID organization, long before, int limit) {
        List<Message> found = new ArrayList<>();
        StreamState state = stores.state(organization);
        String subject = NatsNames.everyFrame(organization);
        long sequence = Math.min(NatsFrame.sequence(before), state.getLastSequence());
        for (; sequence >= Math.max(1, state.getFirstSequence()) && found.size() < limit; sequence--) {
            long wanted = sequence;
            frames.next(organization, subject, wanted)
                    .filter(frame -> frame.sequence() == wanted)
                    .ifPresent(frame -> frame.messages().reversed().stream()
                            .filter(message -> message.position() < before)
                            .forEach(found::add));
        }
        return found.size() > limit ? List.copyOf(found.subList(0, limit)) : found;
    }

    /// The position behind everything there is.
    long head(UUID organization) {
        return NatsFrame.end(stores.state(organization).getLastSequence());
    }

    /// The sequence from which on frames were stored at a moment or later.
    long since(UUID organization, Instant moment) {
        StreamState state = stores.state(organization);
        long from = Math.max(1, state.getFirstSequence());
        long to = state.getLastSequence() + 1;
        while (from < to) {
            long middle = from + (to - from) / 2;
            Optional<NatsFrame> frame = frames.next(organization, NatsNames.everyFrame(organization), middle);
            if (frame.isEmpty() || !frame.get().storedAt().isBefore(moment)) {
                to = middle;
            } else {
                from = frame.get().sequence() + 1;
            }
        }
        return from;
    }
}
