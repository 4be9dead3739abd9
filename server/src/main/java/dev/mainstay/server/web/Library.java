package dev.mainstay.server.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;

/// A library of the dashboard: a WebJar and which of its files may be fetched. Immutable.
///
/// @param modules what modules import by name, and the file that is meant by it
/// @param parts files those import by path
record Library(String webjar, List<Module> modules, List<String> parts) {
    /// @param specifier the bare name in an `import`
    record Module(String specifier, String file) {}

    /// All there are. A file that is missing here stops the dashboard in its first test.
    static final List<Library> ALL = List.of(
            new Library(
                    "lit",
                    List.of(
                            new Module("lit", "index.js"),
                            new Module("lit/directives/repeat.js", "directives/repeat.js")),
                    List.of()),
            new Library(
                    "lit-html",
                    List.of(
                            new Module("lit-html", "lit-html.js"),
                            new Module("lit-html/is-server.js", "is-server.js"),
                            new Module("lit-html/directives/repeat.js", "directives/repeat.js")),
                    List.of("directive.js", "directive-helpers.js")),
            new Library("lit-element", List.of(new Module("lit-element/lit-element.js", "lit-element.js")), List.of()),
            new Library(
                    "lit__reactive-element",
                    List.of(new Module("@lit/reactive-element", "reactive-element.js")),
                    List.of("css-tag.js")),
            new Library(
                    "chart.js",
                    List.of(new Module("chart.js", "dist/chart.js")),
                    List.of("dist/chunks/helpers.dataset.js")),
            new Library("kurkle__color", List.of(new Module("@kurkle/color", "dist/color.esm.js")), List.of()));

    /// The content of one of the files, from the WebJar on the class path.
    byte[] read(String file) {
        return Resource.read("/META-INF/resources/webjars/" + webjar + "/" + version() + "/" + file);
    }

    /// The version stands in the path inside the jar; the jar says which it is, so that the POM alone names it.
    private String version() {
        String path = "/META-INF/maven/org.webjars.npm/" + webjar + "/pom.properties";
        try (InputStream stream = Resource.open(path)) {
            Properties properties = new Properties();
            properties.load(stream);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
