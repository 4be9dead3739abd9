package dev.mainstay.agents.check;

import dev.mainstay.agent.AgentContext;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.config.Durations;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Connects to a port once, and may send a text and wait for one. Used by one tick at a time.
final class TcpCheck implements Check {
    private static final int MOST_BYTES = 65_536;
    private static final int CHUNK = 4_096;

    private final TcpCheckSettings settings;
    private final MonotonicClock monotonic;

    TcpCheck(TcpCheckSettings settings, MonotonicClock monotonic) {
        this.settings = settings;
        this.monotonic = monotonic;
    }

    @Override
    public CheckOutcome look(AgentContext context) throws InterruptedException {
        long giveUp = monotonic.nanos() + settings.timeout().toNanos();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(settings.host(), settings.port()), millisTo(giveUp));
            return converse(socket, giveUp);
        } catch (SocketTimeoutException e) {
            return failed("did not answer within " + Durations.format(settings.timeout()));
        } catch (UnknownHostException e) {
            return failed("has no address: " + settings.host() + " is not known");
        } catch (IOException e) {
            // A virtual thread that is interrupted finds its socket closed.
            if (Thread.interrupted()) {
                throw new InterruptedException("while checking " + settings.host() + ":" + settings.port());
            }
            return failed("cannot be reached: " + Excerpt.of(e));
        }
    }

    private CheckOutcome converse(Socket socket, long giveUp) throws IOException {
        String send = settings.send();
        if (send != null) {
            socket.getOutputStream().write(send.getBytes(StandardCharsets.UTF_8));
        }
        String expected = settings.expect();
        return expected == null ? CheckOutcome.passed() : await(expected, socket, giveUp);
    }

    private CheckOutcome await(String expected, Socket socket, long giveUp) throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        try {
            while (answer.size() < MOST_BYTES) {
                socket.setSoTimeout(millisTo(giveUp));
                int count = in.read(chunk);
                if (count < 0) {
                    return failed("ended without " + Excerpt.of(expected) + ", after " + said(answer));
                }
                answer.write(chunk, 0, count);
                if (answer.toString(StandardCharsets.UTF_8).contains(expected)) {
                    return CheckOutcome.passed();
                }
            }
        } catch (SocketTimeoutException e) {
            return failed("did not say " + Excerpt.of(expected) + " within " + Durations.format(settings.timeout())
                    + ", only " + said(answer));
        }
        return failed("did not say " + Excerpt.of(expected) + " in its first 64 KB");
    }

    private static String said(ByteArrayOutputStream answer) {
        return answer.size() == 0 ? "nothing" : Excerpt.of(answer.toString(StandardCharsets.UTF_8));
    }

    /// At least one, because no time left must not become no limit.
    private int millisTo(long giveUp) {
        long millis = Duration.ofNanos(giveUp - monotonic.nanos()).toMillis();
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, millis));
    }

    private CheckOutcome failed(String finding) {
        return CheckOutcome.failed(settings.host() + ":" + settings.port() + " " + finding);
    }
}
