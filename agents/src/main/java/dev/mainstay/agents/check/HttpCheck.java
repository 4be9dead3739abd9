package dev.mainstay.agents.check;

import dev.mainstay.MainstayException;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.config.Durations;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Asks a web address once and compares the answer with what is expected. Used by one tick at a time.
final class HttpCheck implements Check {
    private static final double SECONDS_PER_DAY = 86_400;

    private final HttpCheckSettings settings;
    private final MonotonicClock monotonic;
    private final SeenCertificates certificates;
    private final HttpClient client;

    HttpCheck(HttpCheckSettings settings, MonotonicClock monotonic) {
        this.settings = settings;
        this.monotonic = monotonic;
        this.certificates = new SeenCertificates(TlsTrust.of(settings.trust()));
        this.client = HttpClient.newBuilder()
                .connectTimeout(settings.timeout())
                .followRedirects(settings.followRedirects() ? HttpClient.Redirect.NORMAL : HttpClient.Redirect.NEVER)
                .sslContext(TlsTrust.context(certificates))
                .build();
    }

    @Override
    public CheckOutcome look(AgentContext context) throws InterruptedException {
        long begun = monotonic.nanos();
        CheckOutcome outcome;
        try {
            HttpResponse<String> answer = ask();
            outcome = judge(answer, Duration.ofNanos(monotonic.nanos() - begun));
        } catch (TimeoutException e) {
            outcome = failed("did not answer in full within " + Durations.format(settings.timeout()));
        } catch (ExecutionException e) {
            outcome = failed(describe(e.getCause() == null ? e : e.getCause()));
        } catch (MainstayException | IllegalArgumentException e) {
            outcome = failed("could not be asked: " + e.getMessage());
        }
        return withExpiry(context, outcome);
    }

    /// The client's own time limit ends with the headers, so the whole exchange is bounded here.
    private HttpResponse<String> ask() throws InterruptedException, ExecutionException, TimeoutException {
        certificates.forget();
        CompletableFuture<HttpResponse<String>> exchange = client.sendAsync(request(), reader());
        try {
            HttpResponse<String> answer = exchange.get(settings.timeout().toNanos(), TimeUnit.NANOSECONDS);
            certificates.recall();
            return answer;
        } finally {
            exchange.cancel(true);
        }
    }

    private HttpRequest request() {
        String body = settings.body();
        HttpRequest.Builder request = HttpRequest.newBuilder(settings.url())
                .method(
                        settings.method(),
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        settings.headers().forEach(request::setHeader);
        settings.secretHeaders().forEach((name, secret) -> request.setHeader(name, secret.reveal()));
        return request.build();
    }

    private HttpResponse.BodyHandler<String> reader() {
        return settings.looksAtBody()
                ? HttpResponse.BodyHandlers.limiting(
                        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8),
                        settings.bodyLimit().bytes())
                : HttpResponse.BodyHandlers.replacing("");
    }

    private CheckOutcome judge(HttpResponse<String> answer, Duration latency) {
        if (!settings.expects(answer.statusCode())) {
            return failed("answered " + answer.statusCode() + ", expected " + String.join(", ", settings.status()));
        }
        String body = answer.body();
        if (settings.bodyContains() != null && !body.contains(settings.bodyContains())) {
            return failed(
                    "answered without " + Excerpt.of(settings.bodyContains()) + " in its body " + Excerpt.of(body));
        }
        if (settings.bodyMatches() != null
                && !settings.bodyMatches().matcher(body).find()) {
            return failed("answered a body in which " + settings.bodyMatches() + " is not found: " + Excerpt.of(body));
        }
        Duration limit = settings.maxLatency();
        if (limit != null && latency.compareTo(limit) > 0) {
            return failed("took " + latency.toMillis() + " ms, more than " + Durations.format(limit));
        }
        return CheckOutcome.passed();
    }

    private String describe(Throwable failure) {
        if (failure instanceof ConnectException) {
            return "cannot be reached: " + Unreachable.reason(failure);
        }
        String words = Excerpt.of(failure);
        return words.contains("capacity")
                ? "answered a body larger than bodyLimit " + settings.bodyLimit()
                : "failed: " + words;
    }

    /// The certificate decides when nothing worse was found, and explains a handshake that failed because of it.
    private CheckOutcome withExpiry(AgentContext context, CheckOutcome outcome) {
        Optional<Instant> expiry = certificates.expiry();
        if (expiry.isEmpty()) {
            return outcome;
        }
        double days = Duration.between(context.clock().instant(), expiry.get()).toSeconds() / SECONDS_PER_DAY;
        context.metric("check.tls.expires", days, "days");
        if (days < 0) {
            return failed("shows a certificate that expired on " + expiry.get());
        }
        boolean isPassed = outcome instanceof CheckOutcome.Passed;
        return isPassed && days < settings.tlsWarningDays()
                ? failed("shows a certificate that expires on " + expiry.get() + ", within " + settings.tlsWarningDays()
                        + " days")
                : outcome;
    }

    private CheckOutcome failed(@Nullable String finding) {
        return CheckOutcome.failed(settings.where() + " " + finding);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
