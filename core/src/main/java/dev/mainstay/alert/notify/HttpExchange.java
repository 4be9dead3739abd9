package dev.mainstay.alert.notify;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads an answer as it comes: the status counts once it is there, whatever becomes of the rest. Read by one thread,
/// looked at by another.
final class HttpExchange {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})\\b.*");
    private static final int MOST_HEAD = 32 * 1024;
    private static final int MOST_BODY = 4 * 1024;
    private static final int FIRST_FINAL = 200;
    private static final int NO_CONTENT = 204;
    private static final Pattern LENGTH = Pattern.compile("content-length: *(\\d{1,18})");
    private static final int HEX = 16;

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private volatile int status;
    private int head;
    private boolean isChunked;
    private long length = MOST_BODY;

    boolean hasStatus() {
        return status > 0;
    }

    HttpReply reply() {
        return new HttpReply(status, body.toString(StandardCharsets.UTF_8));
    }

    void read(InputStream in) throws IOException {
        int found = readHead(in);
        while (found < FIRST_FINAL) {
            found = readHead(in);
        }
        status = found;
        if (isChunked) {
            readChunks(in);
        } else if (found != NO_CONTENT) {
            take(in, (int) Math.min(length, MOST_BODY));
        }
    }

    private int readHead(InputStream in) throws IOException {
        String first = line(in);
        Matcher matched = STATUS.matcher(first);
        if (!matched.matches()) {
            throw new IOException("what was answered is not HTTP");
        }
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            String lower = header.toLowerCase(Locale.ROOT);
            isChunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
            Matcher given = LENGTH.matcher(lower);
            length = given.matches() ? Long.parseLong(given.group(1)) : length;
        }
        return Integer.parseInt(matched.group(1));
    }

    private String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int read = in.read(); read != '\n'; read = in.read()) {
            if (read < 0) {
                throw new EOFException("the connection ended before there was an answer");
            }
            if (++head > MOST_HEAD) {
                throw new IOException("the head of the answer is longer than " + MOST_HEAD + " bytes");
            }
            line.write(read);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    private void readChunks(InputStream in) throws IOException {
        for (int size = chunkSize(in); size > 0 && body.size() < MOST_BODY; size = chunkSize(in)) {
            take(in, Math.min(size, MOST_BODY - body.size()));
            if (body.size() >= MOST_BODY) {
                return;
            }
            line(in);
        }
    }

    private int chunkSize(InputStream in) throws IOException {
        String size = line(in).split(";", 2)[0].strip();
        try {
            return Integer.parseInt(size, HEX);
        } catch (NumberFormatException e) {
            throw new IOException("the answer is cut in pieces that cannot be read", e);
        }
    }

    private void take(InputStream in, int most) throws IOException {
        for (int left = most; left > 0; left--) {
            int read = in.read();
            if (read < 0) {
                return;
            }
            body.write(read);
        }
    }
}
