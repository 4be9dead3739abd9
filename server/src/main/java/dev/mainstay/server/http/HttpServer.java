package dev.mainstay.server.http;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.server.auth.Caller;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import io.javalin.util.JavalinLogger;
import io.javalin.websocket.WsHandlerType;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;

/// The listening server: every route it is given and nothing else, each behind its access. A request runs on a virtual
/// thread of its own. Thread-safe; [#close] ends it.
public final class HttpServer implements AutoCloseable {
    /// Everything comes from here, nothing may embed us, and nothing of where one was is told.
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'self'; base-uri 'none'; form-action 'none';" + " frame-ancestors 'none'; object-src 'none'";

    private final Javalin javalin;
    private final String host;

    private HttpServer(Javalin javalin, String host) {
        this.javalin = javalin;
        this.host = host;
    }

    /// Listens from here on; fails in words when the port is taken.
    ///
    /// @param callers who a value of the header `Authorization` stands for; nobody when it is not valid
    public static HttpServer start(
            HttpConfig config,
            Function<@Nullable String, Optional<Caller>> callers,
            List<Route> routes,
            MeterRegistry meters) {
        return start(
                config,
                settings -> {
                    settings.jetty.host = config.host();
                    settings.jetty.port = config.port();
                },
                callers,
                routes,
                meters);
    }

    /// The same on a socket that listens already; who called meanwhile has waited and is answered now.
    public static HttpServer start(
            HttpConfig config,
            ServerSocketChannel listening,
            Function<@Nullable String, Optional<Caller>> callers,
            List<Route> routes,
            MeterRegistry meters) {
        return start(
                config,
                settings -> settings.jetty.addConnector((server, http) -> connector(server, http, listening)),
                callers,
                routes,
                meters);
    }

    private static ServerConnector connector(Server server, HttpConfiguration http, ServerSocketChannel listening) {
        ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
        try {
            connector.open(listening);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return connector;
    }

    private static HttpServer start(
            HttpConfig config,
            Consumer<JavalinConfig> socket,
            Function<@Nullable String, Optional<Caller>> callers,
            List<Route> routes,
            MeterRegistry meters) {
        JavalinLogger.enabled = false; // What it has to say is thrown as well, and said below in our words.
        try {
            Javalin javalin = Javalin.start(settings -> {
                socket.accept(settings);
                configure(settings, callers, routes, meters);
            });
            return new HttpServer(javalin, config.host());
        } catch (JavalinBindException e) {
            throw new MainstayException(
                    ErrorCode.PORT_UNAVAILABLE,
                    "cannot listen on " + config.host() + " port " + config.port()
                            + ": it is taken by another program (or not ours to take). Another Mainstay may run already;"
                            + " else choose another with --port or server.port.",
                    e);
        }
    }

    private static void configure(
            JavalinConfig settings,
            Function<@Nullable String, Optional<Caller>> callers,
            List<Route> routes,
            MeterRegistry meters) {
        settings.startup.showJavalinBanner = false;
        settings.startup.showOldJavalinVersionWarning = false;
        settings.startup.startupWatcherEnabled = false;
        settings.concurrency.useVirtualThreads = true;
        settings.jetty.modifyServer(HttpServer::configure);
        settings.jetty.modifyHttpConfiguration(HttpServer::configure);
        settings.http.compressionStrategy = CompressionStrategy.NONE;
        settings.http.prefer405over404 = true;
        settings.router.ignoreTrailingSlashes = false;
        settings.routes.before(HttpServer::secure);
        settings.routes.exception(HttpResponseException.class, HttpServer::refuse);
        settings.jetty.modifyWebSocketServletFactory(
                sockets -> sockets.setMaxTextMessageSize(MessageSockets.LARGEST_FRAME));
        routes.forEach(route -> add(settings, route, new RouteTimers(meters, route), callers));
    }

    private static void configure(Server server) {
        server.setErrorHandler(new ErrorAnswers());
    }

    private static void configure(HttpConfiguration http) {
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        http.setRequestHeaderSize(16 * 1024);
    }

    private static void add(
            JavalinConfig settings,
            Route route,
            RouteTimers timers,
            Function<@Nullable String, Optional<Caller>> callers) {
        String path = route.path().replaceAll("\\{(\\w+)\\*}", "<$1>");
        io.javalin.http.Handler handler = context -> timers.time(() -> Exchange.run(route, context, callers));
        settings.routes.addHttpHandler(HandlerType.findOrCreate(route.method().name()), path, handler);
        if (route.handler() instanceof MessageSockets sockets) {
            settings.routes.addWsHandler(WsHandlerType.WEBSOCKET, path, sockets::configure);
        }
        if (route.method() == Route.Method.GET) {
            // Without this Javalin answers HEAD by itself, to anybody.
            settings.routes.addHttpHandler(HandlerType.HEAD, path, handler);
        }
    }

    private static void secure(Context context) {
        context.res().setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        context.res().setHeader("X-Content-Type-Options", "nosniff");
        context.res().setHeader("X-Frame-Options", "DENY");
        context.res().setHeader("Referrer-Policy", "no-referrer");
        context.res().setHeader("Cache-Control", "no-store");
    }

    // Only Javalin's own: no such path, no such method.
    private static void refuse(HttpResponseException failure, Context context) {
        Refusal refusal = failure.getStatus() == 405
                ? Refusal.methodNotAllowed(failure.getDetails().get("availableMethods"))
                : Refusal.notFound("there is no such path; GET /openapi.yaml lists all there are");
        try {
            Exchange.write(context, Exchange.refused(refusal));
        } catch (IOException e) {
            context.status(refusal.problem().status());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public int port() {
        return javalin.port();
    }

    /// Where it answers, as another program on this machine would call it.
    public URI address() {
        return new HttpConfig(host, port()).address();
    }

    @Override
    public void close() {
        javalin.stop();
    }
}
