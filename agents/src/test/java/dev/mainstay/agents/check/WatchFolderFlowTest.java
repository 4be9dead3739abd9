package dev.mainstay.agents.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.state.SharedState;
import dev.mainstay.telemetry.Event;
import dev.mainstay.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A watch-folder on real files, remembering in a real database.
class WatchFolderFlowTest {
    @TempDir
    Path folder;

    private final TestDatabase test = TestDatabase.create();
    private final SharedState state = SharedState.of(test.database().api(Organizations.DEFAULT), "test", null);

    @AfterEach
    void drop() {
        test.close();
    }

    private Checked<WatchFolderSettings> watch(Map<String, ?> more) throws Exception {
        Map<String, Object> settings = new LinkedHashMap<>(Map.of("path", folder.toString(), "settle", "2s"));
        settings.putAll(more);
        return Checked.of(new WatchFolderKind(), settings, state);
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static long items(Checked<?> checked) throws Exception {
        return checked.tick().items();
    }

    /// Lets what has changed settle, over two looks.
    private static long settledItems(Checked<?> checked) throws Exception {
        long first = items(checked);
        checked.clock.advance(Duration.ofSeconds(2));
        return first + items(checked);
    }

    @Test
    void files_that_were_there_before_are_not_work_unless_asked_for() throws Exception {
        write("old.txt", "a");
        try (Checked<WatchFolderSettings> checked = watch(Map.of())) {
            assertThat(settledItems(checked)).isZero();
            assertThat(checked.context.metric("folder.files")).isEqualTo(1);
        }
    }

    @Test
    void existing_files_count_when_asked_for() throws Exception {
        write("old.txt", "a");
        try (Checked<WatchFolderSettings> checked = watch(Map.of("countExisting", true))) {
            assertThat(settledItems(checked)).isEqualTo(1);
        }
    }

    @Test
    void a_new_file_counts_once_it_has_settled() throws Exception {
        try (Checked<WatchFolderSettings> checked = watch(Map.of())) {
            items(checked);
            write("a.txt", "begin");
            assertThat(items(checked)).isZero();
            checked.clock.advance(Duration.ofSeconds(1));
            write("a.txt", "begin and go on");
            assertThat(items(checked)).isZero();
            checked.clock.advance(Duration.ofSeconds(1));
            assertThat(items(checked)).as("written a second ago").isZero();
            checked.clock.advance(Duration.ofSeconds(1));
            assertThat(items(checked)).isEqualTo(1);
            assertThat(items(checked)).as("told once").isZero();
            Event event = checked.context.events().getLast();
            assertThat(event.type()).isEqualTo("folder.changed");
            assertThat(event.detail().get("newFiles")).isEqualTo(List.of("a.txt"));
        }
    }

    @Test
    void changed_and_removed_files_count_where_they_are_work() throws Exception {
        write("a.txt", "one");
        write("b.txt", "one");
        try (Checked<WatchFolderSettings> checked = watch(Map.of("count", List.of("removed")))) {
            items(checked);
            write("a.txt", "longer than before");
            assertThat(settledItems(checked)).as("changes are not work here").isZero();
            Files.delete(folder.resolve("b.txt"));
            assertThat(items(checked)).isEqualTo(1);
        }
    }

    @Test
    void a_restart_goes_on_where_the_agent_was() throws Exception {
        try (Checked<WatchFolderSettings> checked = watch(Map.of())) {
            items(checked);
            write("told.txt", "a");
            assertThat(settledItems(checked)).isEqualTo(1);
            checked.restart();
            write("during-restart.txt", "a");
            assertThat(settledItems(checked)).isEqualTo(1);
            assertThat(checked.context.events().getLast().detail().get("newFiles"))
                    .isEqualTo(List.of("during-restart.txt"));
        }
    }

    @Test
    void what_could_not_be_stored_before_the_process_died_is_told_again() throws Exception {
        try (Checked<WatchFolderSettings> checked = watch(Map.of())) {
            items(checked);
            write("a.txt", "a");
            items(checked);
            checked.clock.advance(Duration.ofSeconds(2));
            checked.context.storing(false);
            assertThatThrownBy(checked::tick).hasMessageContaining("not stored");
            checked.context.storing(true);
            checked.restart();
            assertThat(settledItems(checked)).isEqualTo(1);
        }
    }

    @Test
    void the_glob_decides_which_files_and_how_deep() throws Exception {
        try (Checked<WatchFolderSettings> flat = watch(Map.of("glob", "*.csv"))) {
            write("a.csv", "");
            write("a.txt", "");
            write("deep/b.csv", "");
            items(flat);
            assertThat(flat.context.metric("folder.files")).isEqualTo(1);
        }
        try (Checked<WatchFolderSettings> deep = watch(Map.of("glob", "**.csv"))) {
            items(deep);
            assertThat(deep.context.metric("folder.files")).isEqualTo(2);
        }
    }

    @Test
    void a_newest_file_that_is_too_old_fails_the_tick() throws Exception {
        try (Checked<WatchFolderSettings> checked = watch(Map.of("maxAge", "1h"))) {
            assertThat(checked.error()).contains("has no file *");
            write("backup", "");
            Path backup = folder.resolve("backup");
            Files.setLastModifiedTime(
                    backup, FileTime.from(checked.clock.instant().minus(Duration.ofMinutes(59))));
            assertThat(checked.error()).isEmpty();
            assertThat(checked.context.metric("folder.newest.age")).isEqualTo(59 * 60);
            checked.clock.advance(Duration.ofMinutes(2));
            assertThat(checked.error()).contains("the newest file * is of", "older than 1h");
        }
    }

    @Test
    void a_missing_folder_and_too_many_files_fail_the_tick() throws Exception {
        try (Checked<WatchFolderSettings> checked =
                watch(Map.of("path", folder.resolve("nowhere").toString()))) {
            assertThat(checked.error()).contains("nowhere cannot be watched", "is not a folder");
        }
        write("a", "");
        write("b", "");
        try (Checked<WatchFolderSettings> checked = watch(Map.of("maxFiles", 1))) {
            assertThat(checked.error()).contains("more than 1 files match");
        }
    }
}
