package dev.mainstay.postgres;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/// Rows in PostgreSQL's binary COPY format, the fastest way in. Fields go into one growing array, with nothing
/// allocated for a field but the bytes of a text that is not ASCII.
///
/// ```java
/// var rows = new CopyRows("performance_metrics", "organization_id", "series_id", "at", "value");
/// rows.row().uuid(organization).bigint(series).timestamptz(at).float8(value);
/// rows.flushTo(connection.unwrap(PGConnection.class));
/// ```
///
/// The format: https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-BINARY. Used by one thread at a time.
public final class CopyRows {
    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0};
    private static final int HEADER = SIGNATURE.length + 8;
    // Seconds from 1970 to 2000, where PostgreSQL counts its microseconds from.
    private static final long POSTGRES_EPOCH = 946_684_800L;
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final String sql;
    private final int columns;
    private byte[] bytes = new byte[8192];
    private int position = HEADER;
    private int rowStart = HEADER;
    private int missing;
    private int rows;

    public CopyRows(String table, String... columnNames) {
        sql = "COPY " + table + " (" + String.join(", ", columnNames) + ") FROM STDIN (FORMAT binary)";
        columns = columnNames.length;
        System.arraycopy(SIGNATURE, 0, bytes, 0, SIGNATURE.length);
    }

    /// Begins a row; its fields follow in the order of the columns.
    public CopyRows row() {
        requireComplete();
        ensure(2);
        rowStart = position;
        SHORT.set(bytes, position, (short) columns);
        position += 2;
        missing = columns;
        rows++;
        return this;
    }

    private void requireComplete() {
        if (missing != 0) {
            throw new IllegalStateException(
                    missing < 0 ? "a row has too many fields" : "a row lacks " + missing + " fields");
        }
    }

    public CopyRows int4(int value) {
        ensure(8);
        INT.set(bytes, position, 4);
        INT.set(bytes, position + 4, value);
        return field(8);
    }

    public CopyRows bigint(long value) {
        return eight(value);
    }

    public CopyRows float8(double value) {
        return eight(Double.doubleToRawLongBits(value));
    }

    /// Microseconds are kept, what is finer is cut off.
    public CopyRows timestamptz(@Nullable Instant value) {
        return value == null
                ? nothing()
                : eight((value.getEpochSecond() - POSTGRES_EPOCH) * 1_000_000 + value.getNano() / 1_000);
    }

    /// The same from microseconds since 1970.
    public CopyRows timestamptz(long micros) {
        return eight(micros - POSTGRES_EPOCH * 1_000_000);
    }

    private CopyRows eight(long value) {
        ensure(12);
        INT.set(bytes, position, 8);
        LONG.set(bytes, position + 4, value);
        return field(12);
    }

    public CopyRows uuid(@Nullable UUID value) {
        if (value == null) {
            return nothing();
        }
        ensure(20);
        INT.set(bytes, position, 16);
        LONG.set(bytes, position + 4, value.getMostSignificantBits());
        LONG.set(bytes, position + 12, value.getLeastSignificantBits());
        return field(20);
    }

    /// PostgreSQL stores no NUL character; a text with one is refused here, before it could spoil the whole batch.
    public CopyRows text(@Nullable String value) {
        return value == null ? nothing() : characters(value, 0);
    }

    /// A JSON document as text, sent in version 1 of jsonb's binary form, which is a 1 and the text.
    public CopyRows jsonb(@Nullable String json) {
        return json == null ? nothing() : characters(json, 1);
    }

    @SuppressWarnings(
            "deprecation") // getBytes(int, int, byte[], int) copies the low bytes: just right for ASCII, and no copy is
    // made
    private CopyRows characters(String value, int prefix) {
        if (!isAscii(value)) {
            return encoded(value.getBytes(StandardCharsets.UTF_8), prefix);
        }
        int length = value.length();
        ensure(4 + prefix + length);
        begin(length, prefix);
        value.getBytes(0, length, bytes, position + 4 + prefix);
        return field(4 + prefix + length);
    }

    private static boolean isAscii(String value) {
        boolean ascii = true;
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            if (character == 0) {
                throw new IllegalArgumentException("a text must not contain the NUL character");
            }
            ascii &= character < 0x80;
        }
        return ascii;
    }

    private CopyRows encoded(byte[] utf8, int prefix) {
        ensure(4 + prefix + utf8.length);
        begin(utf8.length, prefix);
        System.arraycopy(utf8, 0, bytes, position + 4 + prefix, utf8.length);
        return field(4 + prefix + utf8.length);
    }

    private void begin(int length, int prefix) {
        INT.set(bytes, position, prefix + length);
        if (prefix == 1) {
            bytes[position + 4] = 1;
        }
    }

    /// NULL.
    public CopyRows nothing() {
        ensure(4);
        INT.set(bytes, position, -1);
        return field(4);
    }

    private CopyRows field(int length) {
        position += length;
        missing--;
        return this;
    }

    private void ensure(int more) {
        if (bytes.length - position < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(position, more), bytes.length + (bytes.length >> 1)));
        }
    }

    /// Takes the row under way back, after one of its values turned out to be unusable.
    public void dropRow() {
        if (rows > 0) {
            position = rowStart;
            rows--;
            missing = 0;
        }
    }

    public int rows() {
        return rows;
    }

    /// How many bytes a flush would send.
    public int size() {
        return position + 2;
    }

    public void clear() {
        position = HEADER;
        rowStart = HEADER;
        missing = 0;
        rows = 0;
    }

    /// Sends all rows as one COPY and forgets them; on failure they stay, so that the caller may try again. Returns
    /// how many the server took.
    public long flushTo(PGConnection connection) throws SQLException {
        requireComplete();
        if (rows == 0) {
            return 0;
        }
        ensure(2);
        SHORT.set(bytes, position, (short) -1);
        CopyIn copy = connection.getCopyAPI().copyIn(sql);
        try {
            copy.writeToCopy(bytes, 0, position + 2);
            long taken = copy.endCopy();
            clear();
            return taken;
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }
}
