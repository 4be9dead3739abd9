package dev.mainstay.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    Path parent;

    private Path path() {
        return parent.resolve("deep/.mainstay");
    }

    @Test
    void a_new_folder_is_closed_to_others() throws Exception {
        try (var folder = DataFolder.open(path())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.path())))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void one_process_does_not_open_a_folder_twice_and_keeps_the_lock_though_it_tried() {
        try (var first = DataFolder.open(path())) {
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> DataFolder.open(path()))
                        .isInstanceOfSatisfying(
                                MainstayException.class,
                                e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_FOLDER_IN_USE))
                        .hasMessageContaining(
                                "process " + ProcessHandle.current().pid())
                        .hasMessageContaining(first.path().toString());
            }
        }
    }

    @Test
    void a_closed_folder_can_be_opened_again() {
        DataFolder.open(path()).close();
        DataFolder.open(path()).close();
        assertThat(DataFolder.holder(path())).isEmpty();
    }

    @Test
    void others_learn_who_uses_the_folder_and_where_it_answers() {
        assertThat(DataFolder.holder(path())).isEmpty();
        try (var folder = DataFolder.open(path())) {
            assertThat(DataFolder.holder(path()).orElseThrow().address()).isEmpty();
            folder.publish(URI.create("http://127.0.0.1:7070"));
            var holder = DataFolder.holder(path()).orElseThrow();
            assertThat(holder.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(holder.address()).hasValue(URI.create("http://127.0.0.1:7070"));
        }
    }

    @Test
    void what_a_dead_process_left_names_nobody() throws Exception {
        Files.createDirectories(path());
        Files.writeString(path().resolve("process"), ProcessHandle.current().pid() + "\n1\n\n");
        assertThat(DataFolder.holder(path())).isEmpty();
        DataFolder.open(path()).close();
    }

    @Test
    void a_folder_of_a_newer_mainstay_is_refused_and_given_up() throws Exception {
        DataFolder.open(path()).close();
        Files.writeString(path().resolve("version"), "3\n");
        assertThatThrownBy(() -> DataFolder.open(path()))
                .isInstanceOfSatisfying(
                        MainstayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_FOLDER_VERSION))
                .hasMessageContaining("written by a newer Mainstay (layout 3, this one knows 1)");
        Files.writeString(path().resolve("version"), "1\n");
        DataFolder.open(path()).close();
    }

    @Test
    void a_version_that_is_no_number_is_named() throws Exception {
        DataFolder.open(path()).close();
        Files.writeString(path().resolve("version"), "one\n");
        assertThatThrownBy(() -> DataFolder.open(path())).hasMessageContaining("holds 'one'");
    }
}
