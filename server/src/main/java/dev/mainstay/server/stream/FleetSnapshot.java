package dev.mainstay.server.stream;

import dev.mainstay.agent.AgentRow;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The fleet of one organization as it stood at one moment. Immutable, but for pages that were asked for and are kept
/// while it lives. Thread-safe.
public final class FleetSnapshot {
    private static final int MOST_PAGES = 256;
    private static final byte[] ITEMS = "{\"items\":[".getBytes(StandardCharsets.UTF_8);

    private final long version;
    private final long readAtNanos;
    private final List<FleetEntry> entries;
    private final Map<String, FleetEntry> byId;
    private final Overview overview;
    private final byte[] overviewJson;
    private final Map<String, byte[]> pages = new ConcurrentHashMap<>();

    FleetSnapshot(long version, long readAtNanos, List<FleetEntry> entries, Overview overview, byte[] overviewJson) {
        this.version = version;
        this.readAtNanos = readAtNanos;
        this.entries = entries;
        this.byId = new HashMap<>();
        entries.forEach(entry -> byId.put(entry.row.id(), entry));
        this.overview = overview;
        this.overviewJson = overviewJson;
    }

    static List<FleetEntry> entries(@Nullable FleetSnapshot before, List<AgentRow> rows, long version) {
        List<FleetEntry> entries = new ArrayList<>(rows.size());
        for (AgentRow row : rows) {
            entries.add(FleetEntry.next(before == null ? null : before.byId.get(row.id()), row, version));
        }
        return entries;
    }

    long version() {
        return version;
    }

    long readAtNanos() {
        return readAtNanos;
    }

    List<FleetEntry> entries() {
        return entries;
    }

    boolean holds(String id) {
        return byId.containsKey(id);
    }

    Overview overview() {
        return overview;
    }

    /// How many agents are in each state; states without agents are left out.
    public Map<String, Long> byState() {
        return overview.agents().byState();
    }

    /// The overview as JSON. The array must not be changed.
    public byte[] overviewJson() {
        return overviewJson;
    }

    /// An agent as it stands in the database.
    public Optional<AgentRow> row(String id) {
        return Optional.ofNullable(byId.get(id)).map(entry -> entry.row);
    }

    /// An agent as JSON. The array must not be changed.
    public Optional<byte[]> json(String id) {
        return Optional.ofNullable(byId.get(id)).map(entry -> entry.json);
    }

    /// A page as JSON, made once for all who ask for the same. The array must not be changed.
    ///
    /// @param asked what tells this page from others
    public byte[] page(String asked, Supplier<AgentPage> page) {
        byte[] made = pages.get(asked);
        if (made == null) {
            made = encode(page.get());
            if (pages.size() < MOST_PAGES) {
                pages.put(asked, made);
            }
        }
        return made;
    }

    private byte[] encode(AgentPage wanted) {
        ByteArrayOutputStream json = new ByteArrayOutputStream(64 * 1024);
        json.writeBytes(ITEMS);
        String last = "";
        int count = 0;
        boolean more = false;
        for (FleetEntry entry : entries) {
            if (entry.row.id().compareTo(wanted.after()) <= 0
                    || !wanted.filter().test(entry.row)) {
                continue;
            }
            more = count == wanted.limit();
            if (more) {
                break;
            }
            if (count++ > 0) {
                json.write(',');
            }
            json.writeBytes(entry.json);
            last = entry.row.id();
        }
        String next = more ? '"' + wanted.cursor().apply(last) + '"' : "null";
        json.writeBytes(("],\"next\":" + next + "}").getBytes(StandardCharsets.UTF_8));
        return json.toByteArray();
    }
}
