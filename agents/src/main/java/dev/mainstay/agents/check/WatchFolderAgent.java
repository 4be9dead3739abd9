package dev.mainstay.agents.check;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.config.Durations;
import dev.mainstay.telemetry.Severity;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Compares the files of a folder with those it has told of, and tells of each that has settled into something new.
///
/// What was told is remembered once it is stored: a process killed in between tells it again, and loses nothing. Used
/// by one tick at a time.
final class WatchFolderAgent implements Agent {
    private static final int NAMED = 20;
    private static final double MILLIS = 1e3;
    private static final Duration STORED = Duration.ofSeconds(10);

    private final WatchFolderSettings settings;
    private final FolderScan scan;
    private final Map<String, Unsettled> unsettled = new HashMap<>();

    /// A file that differs from what was told, and since when it has been as it is.
    private record Unsettled(FileStamp stamp, Instant since) {}

    WatchFolderAgent(WatchFolderSettings settings) {
        this.settings = settings;
        this.scan = new FolderScan(settings.path(), settings.glob(), settings.maxFiles());
    }

    @Override
    public WorkResult tick(AgentContext context) {
        SortedMap<String, FileStamp> now;
        try {
            now = scan.files();
        } catch (IOException e) {
            return WorkResult.failed(settings.path() + " cannot be watched: " + e.getMessage());
        }
        Map<FileChange, SortedSet<String>> changes = take(context, now);
        measure(context, now, changes);
        long items = count(changes);
        String stale = stale(context.clock().instant(), now);
        return new WorkResult(items, null, stale);
    }

    /// What has changed since the last look, remembered as told.
    private Map<FileChange, SortedSet<String>> take(AgentContext context, SortedMap<String, FileStamp> now) {
        FolderMemory memory = new FolderMemory(context.state(), context.agent().id());
        String folder = settings.path().toString();
        Optional<SortedMap<String, FileStamp>> recalled = memory.recall(folder);
        if (recalled.isEmpty() && !settings.countExisting()) {
            memory.remember(folder, now);
            return Map.of();
        }
        SortedMap<String, FileStamp> told = recalled.orElseGet(TreeMap::new);
        Map<FileChange, SortedSet<String>> changes = changes(context.clock().instant(), told, now);
        if (!changes.isEmpty() || recalled.isEmpty()) {
            tell(context, changes);
            memory.remember(folder, told);
        }
        return changes;
    }

    /// Brings `told` up to date with all that has settled, and names it.
    private Map<FileChange, SortedSet<String>> changes(
            Instant at, SortedMap<String, FileStamp> told, SortedMap<String, FileStamp> now) {
        Map<FileChange, SortedSet<String>> changes = new EnumMap<>(FileChange.class);
        unsettled.keySet().retainAll(now.keySet());
        for (String name : List.copyOf(told.keySet())) {
            if (!now.containsKey(name)) {
                told.remove(name);
                changes.computeIfAbsent(FileChange.REMOVED, any -> new TreeSet<>())
                        .add(name);
            }
        }
        now.forEach((name, stamp) -> {
            FileStamp before = told.get(name);
            if (!stamp.equals(before) && isSettled(name, stamp, at)) {
                told.put(name, stamp);
                FileChange change = before == null ? FileChange.NEW : FileChange.CHANGED;
                changes.computeIfAbsent(change, any -> new TreeSet<>()).add(name);
            }
        });
        return changes;
    }

    private boolean isSettled(String name, FileStamp stamp, Instant at) {
        Unsettled known = unsettled.get(name);
        if (known == null || !known.stamp().equals(stamp)) {
            known = new Unsettled(stamp, at);
            unsettled.put(name, known);
        }
        boolean isSettled = !known.since().plus(settings.settle()).isAfter(at);
        if (isSettled) {
            unsettled.remove(name);
        }
        return isSettled;
    }

    private void tell(AgentContext context, Map<FileChange, SortedSet<String>> changes) {
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("folder", settings.path().toString());
        changes.forEach((change, names) -> {
            if (settings.count().contains(change)) {
                detail.put(change.word(), names.size());
                detail.put(change.word() + "Files", names.stream().limit(NAMED).toList());
            }
        });
        if (detail.size() > 1) {
            context.event("folder.changed", Severity.INFO, "", detail);
            context.awaitStored(STORED);
        }
    }

    private static void measure(
            AgentContext context, SortedMap<String, FileStamp> now, Map<FileChange, SortedSet<String>> changes) {
        context.metric("folder.files", now.size(), "files");
        long bytes = now.values().stream().mapToLong(FileStamp::size).sum();
        context.metric("folder.bytes", (double) bytes, "bytes");
        newest(now)
                .ifPresent(newest -> context.metric(
                        "folder.newest.age",
                        Duration.between(newest, context.clock().instant()).toMillis() / MILLIS,
                        "s"));
        changes.forEach((change, names) ->
                context.metric("folder.changes", names.size(), "files", Map.of("change", change.word())));
    }

    private static Optional<Instant> newest(SortedMap<String, FileStamp> now) {
        return now.values().stream().map(FileStamp::modified).max(Long::compare).map(Instant::ofEpochMilli);
    }

    private long count(Map<FileChange, SortedSet<String>> changes) {
        return changes.entrySet().stream()
                .filter(change -> settings.count().contains(change.getKey()))
                .mapToLong(change -> change.getValue().size())
                .sum();
    }

    /// The failure of a folder whose newest file is too old; null when all is well.
    private @Nullable String stale(Instant at, SortedMap<String, FileStamp> now) {
        Duration maxAge = settings.maxAge();
        if (maxAge == null) {
            return null;
        }
        Optional<Instant> newest = newest(now);
        if (newest.isEmpty()) {
            return settings.path() + " has no file " + settings.glob() + ", expected one within "
                    + Durations.format(maxAge);
        }
        return newest.get().plus(maxAge).isBefore(at)
                ? settings.path() + ": the newest file " + settings.glob() + " is of " + newest.get() + ", older than "
                        + Durations.format(maxAge)
                : null;
    }
}
