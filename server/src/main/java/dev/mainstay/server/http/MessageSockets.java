package dev.mainstay.server.http;

import dev.mainstay.concurrent.Loop;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.server.auth.Access;
import dev.mainstay.server.auth.Caller;
import dev.mainstay.server.stream.Crowd;
import dev.mainstay.server.stream.MessageStreams;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The sockets of one node: who may open one, whose each is, and that each ends with its key. Thread-safe.
final class MessageSockets implements Handler {
    static final String PATH = "/api/v1/ws";
    /// As it is named in the log.
    static final Route ROUTE = Route.get(PATH, Access.PUBLIC, request -> {
        throw Refusal.upgradeRequired();
    });
    /// The largest message fits in a frame, with all that is said about it.
    static final int LARGEST_FRAME = 1024 * 1024;

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration KEY_CHECK = Duration.ofSeconds(10);
    private static final int PING_SECONDS = 15;

    private final MessageStreams streams;
    private final Function<@Nullable String, Optional<Caller>> callers;
    private final SocketLimits limits;
    private final Crowd crowd;
    private final Crowd strangers;
    private final MonotonicClock clock = MonotonicClock.system();
    private final Map<String, Guest> guests = new ConcurrentHashMap<>();

    MessageSockets(MessageStreams streams, Function<@Nullable String, Optional<Caller>> callers, SocketLimits limits) {
        this.streams = streams;
        this.callers = callers;
        this.limits = limits;
        this.crowd = new Crowd(limits.ofKey(), limits.all());
        this.strangers = new Crowd(limits.all(), limits.all());
        streams.onClose(Loop.start("message-sockets", LOOK, this::look)::close);
    }

    /// Open to all, for each says in its first frame whose it is.
    static Route route(
            MessageStreams streams, Function<@Nullable String, Optional<Caller>> callers, SocketLimits limits) {
        return Route.get(PATH, Access.PUBLIC, new MessageSockets(streams, callers, limits));
    }

    /// One socket, from its first frame to its last.
    private final class Guest {
        private final WsContext context;
        private final SocketLine line;
        private final long since = clock.nanos();
        private volatile @Nullable String authorization;
        private volatile @Nullable String key;
        private volatile @Nullable MessageSocket socket;
        private volatile long lastCheck = since;

        private Guest(WsContext context) {
            this.context = context;
            this.line = new SocketLine(context.session, limits.unsent());
        }

        private void admit(@Nullable String given) {
            Optional<Caller> caller = callers.apply(given);
            if (caller.isEmpty()) {
                line.close(SocketEnd.UNAUTHENTICATED);
            } else if (!crowd.enter(caller.get().key())) {
                line.close(SocketEnd.TOO_MANY);
            } else {
                key = caller.get().key();
                authorization = given;
                socket =
                        new MessageSocket(caller.get(), streams.bus(caller.get().organization()), line, limits);
            }
        }

        private void hear(String text) {
            MessageSocket known = socket;
            if (known == null) {
                admit(token(text).map(token -> "Bearer " + token).orElse(null));
            } else {
                known.hear(text);
            }
        }

        private void look() {
            long now = clock.nanos();
            if (!streams.isOpen()) {
                line.close(SocketEnd.STOPPING);
            } else if (socket == null && now - since > limits.firstWord().toNanos()) {
                line.close(SocketEnd.UNAUTHENTICATED);
            } else if (socket != null && now - lastCheck > KEY_CHECK.toNanos()) {
                lastCheck = now;
                if (callers.apply(authorization).isEmpty()) {
                    line.close(SocketEnd.UNAUTHENTICATED);
                }
            }
        }

        private void leave() {
            line.gone();
            MessageSocket known = socket;
            String entered = key;
            if (known != null) {
                known.close();
            }
            if (entered != null) {
                crowd.leave(entered);
            }
        }
    }

    private static Optional<String> token(String text) {
        try {
            JsonNode frame = StrictJson.parse(text.getBytes(StandardCharsets.UTF_8));
            return frame.path("type").asString("").equals("auth")
                    ? Optional.ofNullable(frame.path("token").asString(null))
                    : Optional.empty();
        } catch (Refusal e) {
            return Optional.empty();
        }
    }

    private void look() {
        guests.values().forEach(Guest::look);
    }

    void configure(WsConfig socket) {
        socket.onConnect(context -> enter(context));
        socket.onMessage(context -> {
            Guest guest = guests.get(context.sessionId());
            if (guest != null) {
                guest.hear(context.message());
            }
        });
        socket.onClose(context -> leave(context.sessionId()));
        socket.onError(context -> leave(context.sessionId()));
    }

    private void enter(WsContext context) {
        Guest guest = new Guest(context);
        if (!strangers.enter("")) {
            guest.line.close(SocketEnd.TOO_MANY);
            return;
        }
        guests.put(context.sessionId(), guest);
        context.enableAutomaticPings(PING_SECONDS, TimeUnit.SECONDS);
        String given = context.header("Authorization");
        if (given != null) {
            guest.admit(given);
        }
    }

    private void leave(String session) {
        Guest guest = guests.remove(session);
        if (guest != null) {
            guest.context.disableAutomaticPings();
            guest.leave();
            strangers.leave("");
        }
    }

    /// Whoever comes without wanting a socket.
    @Override
    public Answer handle(Request request) {
        throw Refusal.upgradeRequired();
    }
}
