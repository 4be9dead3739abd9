package dev.mainstay.server.http;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.CRC32;

/// Where a page ended, as text that only the list that gave it understands.
///
/// The checksum finds what was cut or changed by accident. It needs no secret: a position made up by hand leads to
/// another place in the same list, and row-level security shows nothing else anyway. Stateless and thread-safe.
final class Cursor {
    private static final String BETWEEN = "\n";

    private Cursor() {}

    /// @param list which list it belongs to
    static String of(String list, Object... parts) {
        StringBuilder text = new StringBuilder(list);
        for (Object part : parts) {
            text.append(BETWEEN).append(part);
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        return Long.toString(checksum(bytes), Character.MAX_RADIX) + "."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// The cursor a request gives, read by `reader` from the parts it was made of; refused when it is
    /// not one of `list`.
    static <T> Optional<T> in(Request request, String list, int parts, Function<List<String>, T> reader) {
        return request.query("cursor").map(text -> parse(text, list, parts, reader));
    }

    /// The same from wherever the cursor was given.
    static <T> T parse(String text, String list, int parts, Function<List<String>, T> reader) {
        try {
            List<String> found = parts(text);
            if (found.size() != parts + 1 || !found.getFirst().equals(list)) {
                throw Refusal.cursor();
            }
            return reader.apply(found.subList(1, found.size()));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw Refusal.cursor();
        }
    }

    private static List<String> parts(String text) {
        int dot = text.indexOf('.');
        if (dot < 1) {
            throw Refusal.cursor();
        }
        byte[] bytes = Base64.getUrlDecoder().decode(text.substring(dot + 1));
        if (checksum(bytes) != Long.parseLong(text.substring(0, dot), Character.MAX_RADIX)) {
            throw Refusal.cursor();
        }
        return List.of(new String(bytes, StandardCharsets.UTF_8).split(BETWEEN, -1));
    }

    private static long checksum(byte[] bytes) {
        CRC32 sum = new CRC32();
        sum.update(bytes);
        return sum.getValue();
    }
}
