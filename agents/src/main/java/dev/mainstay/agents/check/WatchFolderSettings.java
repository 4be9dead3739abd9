package dev.mainstay.agents.check;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Durations;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// Which files a `watch-folder` looks at and what of it is work. Immutable and thread-safe.
public record WatchFolderSettings(
        @Doc("The folder to watch.") Path path,

        @Default("*") @Doc("Which files, by their path below the folder: *.csv, or **.csv for subfolders too.")
        String glob,

        @Default("new, changed") @Doc("Which changes count as work: new, changed, removed.")
        Set<FileChange> count,

        @Default("2s")
        @Doc("How long a file must have stayed the same before it counts, because it may still be written.")
        Duration settle,

        @Default("false") @Doc("Whether files that are there at the very first look count as new.")
        boolean countExisting,

        @Nullable @Doc("The tick fails when the newest file is older: an export that stopped coming.")
        Duration maxAge,

        @Default("10000") @Doc("The tick fails when there are more files than this.")
        int maxFiles) {
    private static final int MOST_FILES = 100_000;

    public WatchFolderSettings {
        try {
            FileSystems.getDefault().getPathMatcher("glob:" + glob);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("glob must be a file pattern such as *.csv, was '" + glob + "'", e);
        }
        if (count.isEmpty()) {
            throw new IllegalArgumentException("count must name at least one of new, changed, removed");
        }
        if (settle.isNegative()) {
            throw new IllegalArgumentException("settle must not be negative, was " + Durations.format(settle));
        }
        Settings.requirePositive("maxAge", maxAge);
        if (maxFiles < 1 || maxFiles > MOST_FILES) {
            throw new IllegalArgumentException("maxFiles must be from 1 to 100000, was " + maxFiles);
        }
    }
}
