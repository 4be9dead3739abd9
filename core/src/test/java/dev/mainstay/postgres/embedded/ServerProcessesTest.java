package dev.mainstay.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerProcessesTest {
    @TempDir
    Path data;

    /// A dead process that its parent has not noticed has an id, but nothing that it runs.
    static boolean runs(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .isPresent();
    }

    @Test
    void a_file_cut_short_names_no_server() throws Exception {
        for (var text : new String[] {"", "\n", "12x\n", "99999999999999999999\n"}) {
            Files.writeString(data.resolve("postmaster.pid"), text);
            assertThat(PostmasterFile.read(data)).isEmpty();
        }
    }

    @Test
    void a_file_just_begun_names_a_server_that_starts() throws Exception {
        Files.writeString(data.resolve("postmaster.pid"), "12\n/data\n");
        assertThat(PostmasterFile.read(data)).hasValue(new PostmasterFile(12, 0, true));
    }

    @Test
    void a_whole_file_names_the_port_and_whether_the_server_answers() throws Exception {
        Files.writeString(data.resolve("postmaster.pid"), "12\n/data\n1\n5432\n\n127.0.0.1\n1 2\nready   \n");
        assertThat(PostmasterFile.read(data)).hasValue(new PostmasterFile(12, 5432, false));
        Files.writeString(data.resolve("postmaster.pid"), "12\n/data\n1\n5432\n\n127.0.0.1\n1 2\nstarting\n");
        assertThat(PostmasterFile.read(data)).hasValue(new PostmasterFile(12, 5432, true));
    }

    @Test
    void a_living_process_that_is_no_server_of_this_folder_is_none() throws Exception {
        Files.writeString(
                data.resolve("postmaster.pid"), ProcessHandle.current().pid() + "\n/data\n1\n5432\n");
        assertThat(new ServerProcesses(data).postmaster()).isEmpty();
    }
}
