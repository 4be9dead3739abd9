package dev.mainstay.bench.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A computer of its own in a folder: a checkout with the real launcher, JDKs and a Maven that only write down how they
/// were called.
///
/// Not thread-safe, except [#start] and [#run].
final class Machine {

    private static final List<String> TOOLS = List.of(
            "cat",
            "cp",
            "date",
            "dirname",
            "find",
            "grep",
            "head",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "sh",
            "sleep",
            "tail",
            "touch");

    private static final String JAVA = """
            #!/bin/sh
            for argument in "$@"; do
              case $argument in -XX:AOTCacheOutput=*) echo cache > "${argument#*=}"; exit ;; esac
            done
            echo "$0 $*"
            """;

    private static final String MAVEN = """
            #!/bin/sh
            echo "$JAVA_HOME: $*" >> "$MACHINE/maven.log"
            [ ! -e "$MACHINE/broken" ] || { echo '[ERROR] Agent.java:[3,5] not a statement'; exit 1; }
            mkdir -p bench/target/launcher/lib
            echo jar > bench/target/launcher/lib/mainstay-server-1.jar
            echo jar > bench/target/launcher/mainstay-bench-1.jar
            echo '[INFO] Building mainstay-core 1'
            """;

    private final Path folder;

    Machine(Path folder) throws IOException {
        this.folder = folder.toRealPath();
        Files.createDirectories(checkout().resolve(".mvn"));
        write("checkout/pom.xml", "");
        write("checkout/core/pom.xml", "");
        write("checkout/core/src/main/java/Agent.java", "");
        program("checkout/mainstay", launcher());
        for (var tool : TOOLS) {
            program("bin/" + tool, "#!/bin/sh\nexec " + locate(tool) + " \"$@\"\n");
        }
    }

    Path checkout() {
        return folder.resolve("checkout");
    }

    Path bin() {
        return folder.resolve("bin");
    }

    /// Installs a JDK below this machine's root, such as `usr/lib/jvm/jdk-25`.
    Path jdk(String home, String version) throws IOException {
        write(home + "/release", "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        program(home + "/bin/java", JAVA);
        program(home + "/bin/javac", "#!/bin/sh\n");
        return folder.resolve(home);
    }

    void maven() throws IOException {
        program("bin/mvn", MAVEN);
    }

    void breakTheBuild() throws IOException {
        write("broken", "");
    }

    List<String> mavenCalls() throws IOException {
        var log = folder.resolve("maven.log");
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    /// Makes everything in the checkout look an hour older, the last build included.
    void passAnHour() throws IOException {
        try (var files = Files.walk(checkout())) {
            for (var file : files.filter(path -> !Files.isSymbolicLink(path)).toList()) {
                var older = Files.getLastModifiedTime(file).toInstant().minus(Duration.ofHours(1));
                Files.setLastModifiedTime(file, FileTime.from(older));
            }
        }
    }

    Path write(String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    Process start(Path launcher, Map<String, String> environment, String... arguments) throws IOException {
        var command = Stream.concat(Stream.of(locate("bash").toString(), launcher.toString()), Stream.of(arguments));
        var builder = new ProcessBuilder(command.toList()).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", bin().toString());
        builder.environment().put("HOME", folder.resolve("home").toString());
        builder.environment().put("MACHINE", folder.toString());
        builder.environment().putAll(environment);
        return builder.redirectError(folder.resolve("stderr").toFile()).start();
    }

    Run run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        return finish(start(checkout().resolve("mainstay"), environment, arguments));
    }

    Run finish(Process process) throws IOException, InterruptedException {
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var exit = process.waitFor();
        return new Run(
                exit, out.strip(), Files.readString(folder.resolve("stderr")).strip());
    }

    record Run(int exit, String out, String err) {}

    /// The launcher of this repository, made to look for JDKs below this machine's root.
    private String launcher() throws IOException {
        var text = Files.readString(Path.of("..", "mainstay"));
        for (var place : List.of("/usr/lib/jvm/", "/Library/Java/", "/opt/homebrew/", "/usr/local/")) {
            text = text.replace(" " + place, " \"" + folder + "\"" + place);
        }
        return text;
    }

    private void program(String name, String text) throws IOException {
        Files.setPosixFilePermissions(write(name, text), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path locate(String tool) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("the launcher needs " + tool + ", which is not on the PATH"));
    }
}
