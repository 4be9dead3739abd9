package dev.mainstay.bench.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How another program with the libraries of this one is started. Stateless and thread-safe.
public final class JavaProgram {
    /// Names the settings of the log.
    public static final String LOG_SETTINGS = "dev/mainstay/bench/logback.xml";

    private JavaProgram() {}

    /// The words that run `mainClass`, without arguments.
    public static List<String> command(String mainClass) {
        return command(List.of(), System.getProperty("java.class.path"), mainClass);
    }

    /// The same with options of the virtual machine and another class path.
    public static List<String> command(List<String> options, String classPath, String mainClass) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add("-Dlogback.configurationFile=" + LOG_SETTINGS);
        words.addAll(options);
        words.addAll(List.of("-cp", classPath, mainClass));
        return words;
    }
}
