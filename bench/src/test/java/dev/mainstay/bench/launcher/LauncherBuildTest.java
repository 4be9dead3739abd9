package dev.mainstay.bench.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// When `./mainstay` builds, and when it knows better.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a bash script")
class LauncherBuildTest {

    private static final Map<String, String> NOTHING = Map.of();

    @TempDir
    private Path folder;

    private Machine machine;

    @BeforeEach
    void boot() throws IOException {
        machine = new Machine(folder);
        machine.maven();
        machine.jdk("usr/lib/jvm/jdk-25", "25.0.1");
        machine.passAnHour();
    }

    @Test
    void the_first_command_builds_and_says_so_and_the_next_does_not() throws Exception {
        assertThat(machine.run(NOTHING, "status").err()).contains("building with JDK 25.0.1", "mainstay-core");
        assertThat(machine.run(NOTHING, "status").err()).isEmpty();
        assertThat(machine.mavenCalls()).hasSize(1);
    }

    @Test
    void a_changed_source_is_built() throws Exception {
        buildAnHourAgo();
        machine.write("checkout/core/src/main/java/Agent.java", "changed");
        machine.run(NOTHING, "status");
        assertThat(machine.mavenCalls()).hasSize(2);
    }

    @Test
    void a_deleted_source_is_noticed() throws Exception {
        buildAnHourAgo();
        Files.delete(machine.checkout().resolve("core/src/main/java/Agent.java"));
        machine.run(NOTHING, "status");
        assertThat(machine.mavenCalls()).hasSize(2);
    }

    @Test
    void a_changed_pom_is_built() throws Exception {
        buildAnHourAgo();
        machine.write("checkout/core/pom.xml", "changed");
        machine.run(NOTHING, "status");
        assertThat(machine.mavenCalls()).hasSize(2);
    }

    @Test
    void a_failed_build_is_tried_again() throws Exception {
        machine.breakTheBuild();
        machine.run(NOTHING, "status");
        Files.delete(folder.resolve("broken"));
        assertThat(machine.run(NOTHING, "status").exit()).isZero();
        assertThat(machine.mavenCalls()).hasSize(2);
    }

    @Test
    void commands_that_come_at_once_build_once() throws Exception {
        var processes = new ArrayList<Process>();
        for (int i = 0; i < 5; i++) {
            processes.add(machine.start(machine.checkout().resolve("mainstay"), NOTHING, "status"));
        }
        for (var process : processes) {
            assertThat(machine.finish(process).exit()).isZero();
        }
        assertThat(machine.mavenCalls()).hasSize(1);
    }

    @Test
    void the_lock_of_a_killed_build_is_taken_over() throws Exception {
        var dead = machine.start(machine.write("nothing.sh", ""), NOTHING);
        dead.waitFor();
        machine.write("checkout/target/mainstay/lock/pid", Long.toString(dead.pid()));
        assertThat(machine.run(NOTHING, "status").exit()).isZero();
    }

    @Test
    void a_lock_that_nobody_owns_is_taken_over() throws Exception {
        Files.createDirectories(machine.checkout().resolve("target/mainstay/lock"));
        assertThat(machine.run(NOTHING, "status").exit()).isZero();
    }

    @Test
    void an_old_build_goes_when_no_process_runs_from_it() throws Exception {
        machine.run(NOTHING, "status");
        var first = builds();
        rebuild();
        assertThat(builds()).hasSize(1).doesNotContainAnyElementsOf(first);
    }

    @Test
    void an_old_build_stays_while_a_process_runs_from_it() throws Exception {
        machine.run(NOTHING, "status");
        var first = builds();
        var running = new ProcessBuilder("sh", "-c", "read line", first.getFirst() + "/lib/mainstay.jar").start();
        try {
            rebuild();
            assertThat(builds()).hasSize(2).containsAll(first);
        } finally {
            running.destroy();
        }
    }

    @Test
    void another_jdk_gets_a_cache_of_its_own_without_a_build() throws Exception {
        machine.run(NOTHING, "status");
        var other = machine.jdk("mine", "26.0.1");
        assertThat(machine.run(Map.of("JAVA_HOME", other.toString()), "status").out())
                .contains("26.0.1.aot");
        assertThat(machine.mavenCalls()).hasSize(1);
    }

    private void buildAnHourAgo() throws Exception {
        machine.run(NOTHING, "status");
        machine.passAnHour();
        machine.run(NOTHING, "status");
        assertThat(machine.mavenCalls()).hasSize(1);
    }

    private void rebuild() throws Exception {
        machine.passAnHour();
        machine.write("checkout/core/src/main/java/Agent.java", "changed");
        machine.run(NOTHING, "status");
        assertThat(machine.mavenCalls()).hasSize(2);
    }

    private List<Path> builds() throws IOException {
        try (var found = Files.list(machine.checkout().resolve("target/mainstay"))) {
            return found.filter(path -> Files.isDirectory(path.resolve("lib"))).toList();
        }
    }
}
