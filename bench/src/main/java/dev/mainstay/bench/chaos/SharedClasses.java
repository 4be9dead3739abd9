package dev.mainstay.bench.chaos;

import dev.mainstay.bench.lab.JavaProgram;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/// Classes that were read and linked once and are shared by all worker processes, so that one starts in a fraction of
/// the time. Folders of the class path are packed into archives first, because only classes of archives can be shared.
/// Immutable and thread-safe.
final class SharedClasses {
    private static final List<String> SMALL = List.of(
            "-Xmx192m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xlog:disable");

    private final Path cache;
    private final String classPath;

    private SharedClasses(Path cache, String classPath) {
        this.cache = cache;
        this.classPath = classPath;
    }

    /// @param folder where the archives are put; made when it is not there
    static SharedClasses in(Path folder) {
        try {
            Files.createDirectories(folder);
            List<String> places = new ArrayList<>();
            for (String place : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                Path path = Path.of(place);
                places.add(Files.isDirectory(path) ? packed(path, folder, places.size()) : place);
            }
            return new SharedClasses(folder.resolve("classes.aot"), String.join(File.pathSeparator, places));
        } catch (IOException e) {
            throw new UncheckedIOException("the classes of the workers cannot be packed into " + folder, e);
        }
    }

    private static String packed(Path classes, Path folder, int number) throws IOException {
        Path archive = folder.resolve(number + ".jar");
        try (var out = new JarOutputStream(Files.newOutputStream(archive));
                var files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(
                        new JarEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
        return archive.toString();
    }

    /// A process that notes what it reads; once it has ended by itself, [#assemble] makes something of that.
    List<String> recording(Class<?> mainClass) {
        return command(mainClass, "-XX:AOTMode=record", "-XX:AOTConfiguration=" + notes());
    }

    /// Without it, or where it does not fit, processes read everything anew.
    void assemble(Class<?> mainClass) {
        try {
            new ProcessBuilder(command(
                            mainClass,
                            "-XX:AOTMode=create",
                            "-XX:AOTConfiguration=" + notes(),
                            "-XX:AOTCache=" + cache))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("the classes of the workers cannot be kept in " + cache, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// A process that uses it.
    List<String> command(Class<?> mainClass) {
        return command(mainClass, "-XX:AOTCache=" + cache);
    }

    private String notes() {
        return cache + ".notes";
    }

    private List<String> command(Class<?> mainClass, String... more) {
        List<String> options = new ArrayList<>(SMALL);
        options.addAll(List.of(more));
        return JavaProgram.command(options, classPath, mainClass.getName());
    }
}
