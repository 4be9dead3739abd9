package dev.mainstay.bench.lab;

import java.nio.file.Path;
import java.util.List;

/// How another program with the libraries of this one is started. Stateless and thread-safe.
public final class JavaProgram {
    /// Names the settings of the log.
    public static final String LOG_SETTINGS = "dev/mainstay/bench/logback.xml";

    private JavaProgram() {}

    /// The words that run `mainClass`, without arguments.
    public static List<String> command(String mainClass) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dlogback.configurationFile=" + LOG_SETTINGS,
                "-cp",
                System.getProperty("java.class.path"),
                mainClass);
    }
}
