package dev.mainstay.task;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Some of the tasks looked for, the newest first. Immutable.
///
/// @param next where the following page begins; null when there is nothing more
/// @param searchedTo set when the search stopped for its time before the page was full: everything created after this
/// moment has been looked at
public record TaskPage(
        List<TaskView> items, @Nullable UUID next, @Nullable Instant searchedTo) {}
