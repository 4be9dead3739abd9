package dev.mainstay.bench.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// `./mainstay` on a machine of its own, where JDK and Maven only write down how they were called.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a bash script")
class LauncherTest {

    private static final Map<String, String> NOTHING = Map.of();

    @TempDir
    private Path folder;

    private Machine machine;

    @BeforeEach
    void boot() throws IOException {
        machine = new Machine(folder);
    }

    @Test
    void without_a_new_enough_jdk_it_says_in_one_line_how_to_get_one() throws Exception {
        machine.maven();
        machine.jdk("usr/lib/jvm/jdk-17", "17.0.15");
        var run =
                machine.run(Map.of("JAVA_HOME", machine.jdk("old", "1.8.0_402").toString()), "up");
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).startsWith("Mainstay needs a JDK 25").hasLineCount(1);
        assertThat(machine.mavenCalls()).isEmpty();
    }

    @Test
    void without_maven_it_says_in_one_line_how_to_get_it() throws Exception {
        machine.jdk("usr/lib/jvm/jdk-25", "25.0.1");
        assertThat(machine.run(NOTHING, "test").err())
                .startsWith("Mainstay needs Maven")
                .hasLineCount(1);
        assertThat(machine.run(NOTHING, "status").err())
                .startsWith("Mainstay needs Maven")
                .hasLineCount(1);
    }

    @Test
    void java_home_is_taken_when_it_is_new_enough() throws Exception {
        machine.maven();
        machine.jdk("usr/lib/jvm/jdk-25", "25.0.1");
        var newest = machine.jdk("mine", "26");
        assertThat(machine.run(Map.of("JAVA_HOME", newest.toString()), "status").out())
                .startsWith(newest + "/bin/java");
    }

    @Test
    void an_old_java_home_is_passed_over_for_the_jdk_on_the_path() throws Exception {
        machine.maven();
        var old = machine.jdk("old", "17.0.15");
        var onPath = machine.jdk("opt/jdk", "25");
        Files.createSymbolicLink(machine.bin().resolve("javac"), onPath.resolve("bin/javac"));
        assertThat(machine.run(Map.of("JAVA_HOME", old.toString()), "status").out())
                .startsWith(onPath + "/bin/java");
    }

    @Test
    void the_usual_folders_are_searched() throws Exception {
        machine.maven();
        for (var home : new String[] {
            "home/.jdks/temurin-25",
            "home/.sdkman/candidates/java/25-tem",
            "Library/Java/JavaVirtualMachines/temurin-25.jdk/Contents/Home",
            "usr/lib/jvm/jdk-25"
        }) {
            var jdk = machine.jdk(home, "25.0.1");
            assertThat(machine.run(NOTHING, "status").out()).startsWith(jdk + "/bin/java");
        }
    }

    @Test
    void test_runs_every_gate_with_that_jdk_and_the_arguments_given() throws Exception {
        machine.maven();
        var jdk = machine.jdk("usr/lib/jvm/jdk-25", "25.0.1");
        assertThat(machine.run(NOTHING, "test", "-Dtest=MainTest").exit()).isZero();
        assertThat(machine.mavenCalls()).containsExactly(jdk + ": -B -ntp verify -Dtest=MainTest");
    }

    @Test
    void test_fails_when_a_gate_does() throws Exception {
        machine.maven();
        machine.breakTheBuild();
        machine.jdk("usr/lib/jvm/jdk-25", "25.0.1");
        assertThat(machine.run(NOTHING, "test").exit()).isEqualTo(1);
    }

    @Test
    void a_broken_build_shows_the_error_and_starts_nothing() throws Exception {
        machine.maven();
        machine.breakTheBuild();
        machine.jdk("usr/lib/jvm/jdk-25", "25.0.1");
        var run = machine.run(NOTHING, "status");
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("[ERROR] Agent.java:[3,5] not a statement", "build.log");
    }

    @Test
    void short_commands_start_fast_and_long_ones_run_fast() throws Exception {
        machine.maven();
        machine.jdk("usr/lib/jvm/jdk-25", "25.0.1");
        assertThat(machine.run(NOTHING, "status", "-o", "json").out())
                .contains("-XX:AOTCache=", "TieredStopAtLevel=1")
                .endsWith("mainstay-server-1.jar status -o json");
        assertThat(machine.run(NOTHING, "up", "--demo").out())
                .contains("-XX:AOTCache=")
                .doesNotContain("TieredStopAtLevel")
                .endsWith("mainstay-server-1.jar up --demo");
        assertThat(machine.run(NOTHING, "bench", "start").out())
                .doesNotContain("TieredStopAtLevel")
                .endsWith("mainstay-bench-1.jar start");
    }

    @Test
    void it_works_through_a_link_from_another_folder() throws Exception {
        machine.maven();
        machine.jdk("usr/lib/jvm/jdk-25", "25.0.1");
        var first = Files.createSymbolicLink(folder.resolve("first"), Path.of("checkout/mainstay"));
        var second = Files.createSymbolicLink(machine.bin().resolve("mainstay"), first);
        var run = machine.finish(machine.start(second, NOTHING, "status"));
        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains(machine.checkout() + "/target/mainstay/");
    }
}
