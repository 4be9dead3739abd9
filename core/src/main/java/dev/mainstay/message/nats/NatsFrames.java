package dev.mainstay.message.nats;

import dev.mainstay.MainstayException;
import dev.mainstay.message.Outgoing;
import io.nats.client.JetStreamApiException;
import io.nats.client.PublishOptions;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.PublishAck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Stores and reads frames. One that is larger than NATS takes at once goes in parts, which count for nothing until the
/// frame that names them is there. What was read is remembered for a while: what follows a sequence never changes.
/// Thread-safe.
final class NatsFrames {
    private static final int ROOM_FOR_HEADERS = 4_096;
    private static final int MOST_REMEMBERED = 16 << 20;
    private static final byte REFERENCE = '@';

    private final NatsLink link;
    private final NatsStores stores;
    // Under the lock of itself, the least used first.
    private final Map<Place, NatsFrame> remembered = new LinkedHashMap<>(16, 0.75f, true);
    private long rememberedBytes;

    private record Place(int era, String subject, long sequence) {}

    NatsFrames(NatsLink link, NatsStores stores) {
        this.link = link;
        this.stores = stores;
    }

    PublishAck store(UUID organization, List<Outgoing> messages, PublishOptions.Builder options) {
        String stream = stores.log(organization);
        byte[] whole = NatsFrame.bytes(messages);
        int most = link.largest() - ROOM_FOR_HEADERS;
        byte[] body = whole.length <= most ? whole : inParts(organization, stream, whole, most);
        return storing(
                organization,
                () -> link.stream()
                        .publish(
                                NatsNames.frame(organization, messages),
                                body,
                                options.expectedStream(stream).build()));
    }

    private byte[] inParts(UUID organization, String stream, byte[] whole, int most) {
        String name = UUID.randomUUID().toString();
        int parts = (whole.length + most - 1) / most;
        for (int part = 0; part < parts; part++) {
            byte[] body = Arrays.copyOfRange(whole, part * most, Math.min(whole.length, (part + 1) * most));
            String subject = NatsNames.parts(organization, name + "." + part);
            storing(
                    organization,
                    () -> link.stream()
                            .publish(
                                    subject,
                                    body,
                                    PublishOptions.builder()
                                            .expectedStream(stream)
                                            .build()));
        }
        return ((char) REFERENCE + name + "." + parts).getBytes(StandardCharsets.UTF_8);
    }

    private PublishAck storing(UUID organization, NatsLink.Call<PublishAck> step) {
        try {
            return link.call(step);
        } catch (MainstayException e) {
            stores.forget(organization);
            throw e;
        }
    }

    /// The first frame at or behind a sequence.
    Optional<NatsFrame> next(UUID organization, String subject, long sequence) {
        Place place = new Place(stores.era(), subject, Math.max(1, sequence));
        NatsFrame known = remembered(place);
        if (known != null) {
            return Optional.of(known);
        }
        String stream = stores.log(organization);
        Optional<NatsFrame> found = link.call(
                        () -> found(() -> link.management().getNextMessage(stream, place.sequence(), subject)))
                .map(message -> frame(organization, stream, message));
        found.ifPresent(frame -> remember(place, frame));
        return found;
    }

    private static Optional<MessageInfo> found(NatsLink.Call<MessageInfo> step)
            throws IOException, JetStreamApiException, InterruptedException {
        try {
            return Optional.of(step.run());
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() == NatsFailures.NO_MESSAGE_FOUND || e.getErrorCode() == 404) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private NatsFrame frame(UUID organization, String stream, MessageInfo message) {
        Instant storedAt = message.getTime().toInstant();
        byte[] body = message.getData();
        byte[] whole = body[0] == REFERENCE ? joined(organization, stream, body) : body;
        return NatsFrame.of(message.getSeq(), storedAt, whole);
    }

    private byte[] joined(UUID organization, String stream, byte[] reference) {
        String[] told = new String(reference, 1, reference.length - 1, StandardCharsets.UTF_8).split("\\.", -1);
        int parts = Integer.parseInt(told[1]);
        ByteBuffer whole = ByteBuffer.allocate(parts * link.largest());
        for (int part = 0; part < parts; part++) {
            String subject = NatsNames.parts(organization, told[0] + "." + part);
            whole.put(link.call(() -> link.management().getLastMessage(stream, subject))
                    .getData());
        }
        return Arrays.copyOf(whole.array(), whole.position());
    }

    private @Nullable NatsFrame remembered(Place place) {
        synchronized (remembered) {
            return remembered.get(place);
        }
    }

    private void remember(Place place, NatsFrame frame) {
        synchronized (remembered) {
            NatsFrame before = remembered.put(place, frame);
            rememberedBytes += frame.bytes() - (before == null ? 0 : before.bytes());
            var oldest = remembered.values().iterator();
            while (rememberedBytes > MOST_REMEMBERED && oldest.hasNext()) {
                rememberedBytes -= oldest.next().bytes();
                oldest.remove();
            }
        }
    }

    /// Some were purged.
    void forget() {
        synchronized (remembered) {
            remembered.clear();
            rememberedBytes = 0;
        }
    }
}
