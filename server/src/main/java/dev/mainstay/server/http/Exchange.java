package dev.mainstay.server.http;

import dev.mainstay.MainstayException;
import dev.mainstay.server.auth.Access;
import dev.mainstay.server.auth.Caller;
import dev.mainstay.server.json.Json;
import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// One request on its way through a route: who asks, whether they may, the handler, and its answer or refusal written
/// out. Belongs to the thread of its request.
final class Exchange implements Request {
    static final int MAX_BODY = 1024 * 1024;
    /// Of a body that is too large, this much is read on, so that a client which writes before it reads
    /// gets its answer.
    private static final int MAX_DISCARDED = 16 * MAX_BODY;
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final Route route;
    private final Context context;
    private final Function<@Nullable String, Optional<Caller>> callers;
    private @Nullable Caller caller;

    private Exchange(Route route, Context context, Function<@Nullable String, Optional<Caller>> callers) {
        this.route = route;
        this.context = context;
        this.callers = callers;
    }

    /// Answers, whatever happens; gives the status.
    static int run(Route route, Context context, Function<@Nullable String, Optional<Caller>> callers) {
        Exchange exchange = new Exchange(route, context, callers);
        Answer answer;
        try {
            exchange.admit();
            KnownParameters.refuseOthers(route, context.queryParamMap().keySet());
            answer = route.handler().handle(exchange);
        } catch (Exception | StackOverflowError failure) {
            if (failure instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            answer = refused(Failures.refusal(failure, route));
        }
        exchange.write(answer);
        return answer.status();
    }

    private void admit() {
        if (route.access() == Access.PUBLIC) {
            return;
        }
        Caller found = callers.apply(context.header("Authorization")).orElseThrow(Refusal::unauthenticated);
        if (!route.access().allows(found.role())) {
            throw Refusal.forbidden("a key with role " + found.role().word() + " may not do this; it takes "
                    + route.access().word());
        }
        caller = found;
    }

    static Answer refused(Refusal refusal) {
        Problem problem = refusal.problem();
        return new Answer.Whole(problem.status(), Problem.MEDIA_TYPE, Json.bytes(problem), refusal.headers());
    }

    static void write(Context context, Answer answer) throws IOException, InterruptedException {
        HttpServletResponse response = context.res();
        if (!isReadToItsEnd(context.req(), answer.status())) {
            response.setHeader("Connection", "close");
        }
        response.setStatus(answer.status());
        answer.headers().forEach(response::setHeader);
        switch (answer) {
            case Answer.Whole whole -> write(response, whole);
            case Answer.Handed handed -> {
                write(response, handed.whole());
                response.flushBuffer();
            }
            case Answer.Streamed streamed -> {
                response.setContentType(streamed.contentType());
                OutputStream output = response.getOutputStream();
                response.flushBuffer();
                if (!context.req().getMethod().equals("HEAD")) {
                    streamed.source().writeTo(output);
                }
            }
        }
    }

    /// A body nobody asked for is read all the same, when it is no larger than one may be: a connection on which
    /// the rest of it is still to come is closed after the answer, and the caller's next request on it would fail.
    private static boolean isReadToItsEnd(HttpServletRequest request, int status) {
        long length = request.getContentLengthLong();
        if (length <= 0 && request.getHeader("Transfer-Encoding") == null) {
            return true;
        }
        // Who asks first whether the body is wanted is told by the refusal.
        if (length > MAX_BODY || (status >= 400 && request.getHeader("Expect") != null)) {
            return false;
        }
        try {
            return discard(request.getInputStream(), MAX_BODY);
        } catch (IOException e) {
            return false; // It broke off; the answer may still be heard.
        }
    }

    private static void write(HttpServletResponse response, Answer.Whole whole) throws IOException {
        if (!whole.contentType().isEmpty()) {
            response.setContentType(whole.contentType());
        }
        if (whole.status() != HttpServletResponse.SC_NO_CONTENT
                && whole.status() != HttpServletResponse.SC_NOT_MODIFIED) {
            response.setContentLength(whole.body().length);
        }
        response.getOutputStream().write(whole.body());
    }

    private void write(Answer answer) {
        try {
            write(context, answer);
        } catch (IOException e) {
            if (answer instanceof Answer.Handed handed) {
                handed.undelivered().run();
            }
            LOG.atDebug().addKeyValue("route", route.path()).log("the caller went away: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Caller caller() {
        if (caller == null) {
            throw new IllegalStateException("route " + route.path() + " is public and asked who calls");
        }
        return caller;
    }

    @Override
    public boolean isStillAdmitted() {
        try {
            return callers.apply(context.header("Authorization"))
                    .filter(found -> route.access().allows(found.role()))
                    .isPresent();
        } catch (MainstayException e) {
            LOG.atDebug().addKeyValue("route", route.path()).log("a key cannot be looked up: {}", e.toString());
            return false;
        }
    }

    @Override
    public boolean isCallerThere() {
        return CallerProbe.isThere(context.req());
    }

    @Override
    public String path(String name) {
        String value = context.pathParam(name);
        if (value.indexOf('\0') >= 0) {
            throw Refusal.notFound("no name holds the character NUL, so there is nothing of this one");
        }
        return value;
    }

    @Override
    public List<String> all(String name) {
        return context.queryParams(name);
    }

    @Override
    public @Nullable String header(String name) {
        return context.header(name);
    }

    @Override
    public boolean isHead() {
        return context.req().getMethod().equals("HEAD");
    }

    @Override
    public JsonNode json() {
        HttpServletRequest request = context.req();
        if (!isJson(request.getContentType()) || request.getHeader("Content-Encoding") != null) {
            throw Refusal.unsupportedMediaType();
        }
        if (request.getContentLengthLong() > MAX_DISCARDED) {
            throw Refusal.tooLarge(MAX_BODY);
        }
        try {
            InputStream in = request.getInputStream();
            byte[] body = in.readNBytes(MAX_BODY + 1);
            if (body.length > MAX_BODY) {
                discard(in, MAX_DISCARDED - MAX_BODY);
                throw Refusal.tooLarge(MAX_BODY);
            }
            return StrictJson.parse(body);
        } catch (IOException e) {
            throw Refusal.malformed("the body broke off");
        }
    }

    /// A connection closed under a client that still writes is reset, and takes the answer with it.
    ///
    /// @return whether its end came within `most` bytes
    private static boolean discard(InputStream in, int most) throws IOException {
        byte[] chunk = new byte[8 * 1024];
        int n = in.read(chunk);
        for (long read = n; n >= 0 && read <= most; read += n) {
            n = in.read(chunk);
        }
        return n < 0;
    }

    private static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        String plain = contentType.toLowerCase(Locale.ROOT).replace(" ", "").replace("\"", "");
        return plain.equals(Json.MEDIA_TYPE) || plain.equals(Json.MEDIA_TYPE + ";charset=utf-8");
    }
}
