package dev.mainstay.server.stream;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.message.Interest;
import dev.mainstay.message.Message;
import dev.mainstay.message.MessageBus;
import dev.mainstay.message.Start;
import dev.mainstay.message.Subscription;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// Messages for those who come over HTTP: the bus of their organization, and streams of it as server-sent events.
/// One that reads slowly falls behind by itself and loses nothing. Thread-safe.
public final class MessageStreams implements AutoCloseable {
    /// Of one key at once.
    public static final int MOST_OF_KEY = 100;

    private static final int MOST_STREAMS = 1_000;
    private static final int MOST_UNSENT = 500;
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);

    private final Function<UUID, MessageBus> buses;
    private final MonotonicClock clock = MonotonicClock.system();
    private final Crowd readers = new Crowd(MOST_OF_KEY, MOST_STREAMS);
    private final List<Runnable> endings = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    public MessageStreams(Function<UUID, MessageBus> buses) {
        this.buses = buses;
    }

    public MessageBus bus(UUID organization) {
        return buses.apply(organization);
    }

    /// Why messages cannot be reached at the moment, if they cannot.
    public Optional<String> problem() {
        return bus(Organizations.DEFAULT).problem();
    }

    /// Until this node stops.
    public boolean isOpen() {
        return !closed;
    }

    public boolean hasRoom(String key) {
        return readers.hasRoom(key);
    }

    /// Writes each message as an event whose id is its position, until the reader goes, loses its right, or this
    /// node stops. Ends at once when its key has taken all the room meanwhile.
    public void write(
            MessageBus bus, Interest interest, Start start, String key, OutputStream output, BooleanSupplier isAdmitted)
            throws IOException, InterruptedException {
        BlockingQueue<Message> unsent = new ArrayBlockingQueue<>(MOST_UNSENT);
        if (!readers.enter(key)) {
            return;
        }
        try (Subscription _ = bus.subscribe(interest, start, message -> hand(message, unsent))) {
            sayStillHere(output);
            write(unsent, output, isAdmitted);
        } finally {
            unsent.clear();
            readers.leave(key);
        }
    }

    // The first one tells a reader that the stream has begun, before there is a message.
    private static void sayStillHere(OutputStream output) throws IOException {
        output.write(": still here\n\n".getBytes(StandardCharsets.UTF_8));
        output.flush();
    }

    // A full queue holds up this subscriber alone, who then reads behind the others.
    private void hand(Message message, BlockingQueue<Message> unsent) throws InterruptedException {
        boolean isTaken = false;
        while (!isTaken && !closed) {
            isTaken = unsent.offer(message, LOOK.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void write(BlockingQueue<Message> unsent, OutputStream output, BooleanSupplier isAdmitted)
            throws IOException, InterruptedException {
        long lastSign = clock.nanos();
        while (!closed) {
            Message message = unsent.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            boolean isSignDue = clock.nanos() - lastSign > SIGN_OF_LIFE.toNanos();
            if (message != null) {
                output.write(frame(message));
            } else if (isSignDue) {
                sayStillHere(output);
            }
            if (isSignDue && !isAdmitted.getAsBoolean()) {
                return;
            }
            if (message != null || isSignDue) {
                lastSign = isSignDue ? clock.nanos() : lastSign;
                output.flush();
            }
        }
    }

    private static byte[] frame(Message message) {
        String json = new String(Json.bytes(MessageView.of(message)), StandardCharsets.UTF_8);
        return ("id: " + message.position() + "\nevent: message\ndata: " + json + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /// Runs when this node stops, once.
    public void onClose(Runnable ending) {
        endings.add(ending);
    }

    /// Ends all streams within a moment.
    @Override
    public void close() {
        closed = true;
        endings.forEach(Runnable::run);
        endings.clear();
    }
}
