package dev.mainstay.server.plugin;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.agent.AgentKind;
import dev.mainstay.alert.NotifierKind;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The agent kinds and notifier types of this process: those that come with it and those of plug-in jars.
///
/// A jar that cannot be used is named in a warning and left out, so that one bad file does not keep a whole fleet from
/// its work; an agent declared of a kind that is therefore missing stops the start by itself. Each jar has a class
/// loader of its own, so that plug-ins may bring different versions of a library. Thread-safe.
public final class Plugins implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);

    private final Map<String, AgentKind<?>> kinds = new LinkedHashMap<>();
    private final Map<String, NotifierKind<?>> notifierKinds = new LinkedHashMap<>();
    private final Map<String, String> origins = new LinkedHashMap<>();
    private final List<URLClassLoader> loaders = new ArrayList<>();

    private Plugins() {}

    /// Loads what is on the class path, then `*.jar` of each folder that exists, by name.
    public static Plugins load(List<Path> folders) {
        var plugins = new Plugins();
        try {
            for (AgentKind<?> kind : ServiceLoader.load(AgentKind.class)) {
                plugins.add(kind, "Mainstay");
            }
            for (NotifierKind<?> kind : ServiceLoader.load(NotifierKind.class)) {
                plugins.add(kind, "Mainstay");
            }
            for (var folder : folders) {
                for (var jar : jars(folder)) {
                    plugins.load(jar);
                }
            }
            return plugins;
        } catch (RuntimeException e) {
            plugins.close();
            throw e;
        }
    }

    private static List<Path> jars(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("folder", folder).log("plug-ins cannot be listed, none is used: {}", e.toString());
            return List.of();
        }
    }

    private void load(Path jar) {
        var before = origins.size();
        try {
            requireReadable(jar);
            var loader = new URLClassLoader(jar.getFileName().toString(), urls(jar), Plugins.class.getClassLoader());
            loaders.add(loader);
            for (AgentKind<?> kind : ServiceLoader.load(AgentKind.class, loader)) {
                if (kind.getClass().getClassLoader() == loader) {
                    add(kind, jar.toString());
                }
            }
            for (NotifierKind<?> kind : ServiceLoader.load(NotifierKind.class, loader)) {
                if (kind.getClass().getClassLoader() == loader) {
                    add(kind, jar.toString());
                }
            }
        } catch (IOException | ServiceConfigurationError | LinkageError e) {
            LOG.atWarn().addKeyValue("jar", jar).log("plug-in left out, it cannot be used: {}", e.toString());
            return;
        }
        if (origins.size() == before) {
            LOG.atWarn()
                    .addKeyValue("jar", jar)
                    .log(
                            "plug-in brings no agent kind and no notifier type: META-INF/services/{} and {} are missing"
                                    + " or empty",
                            AgentKind.class.getName(),
                            NotifierKind.class.getName());
        }
    }

    private static void requireReadable(Path jar) throws IOException {
        try (var archive = new ZipFile(jar.toFile())) {
            if (archive.size() == 0) {
                throw new ZipException("the archive is empty");
            }
        }
    }

    private static URL[] urls(Path jar) throws MalformedURLException {
        return new URL[] {jar.toUri().toURL()};
    }

    private void add(AgentKind<?> kind, String origin) {
        claim("kind " + kind.name(), origin);
        kinds.put(kind.name(), kind);
    }

    private void add(NotifierKind<?> kind, String origin) {
        claim("notifier type " + kind.name(), origin);
        notifierKinds.put(kind.name(), kind);
    }

    private void claim(String what, String origin) {
        var earlier = origins.putIfAbsent(what, origin);
        if (earlier != null) {
            throw new MainstayException(
                    ErrorCode.AGENT_DUPLICATE,
                    "the " + what + " comes with " + earlier + " and with " + origin + "; remove one of them");
        }
    }

    /// Every agent kind by its name.
    public Map<String, AgentKind<?>> kinds() {
        return Map.copyOf(kinds);
    }

    /// Every notifier type by its name.
    public Map<String, NotifierKind<?>> notifierKinds() {
        return Map.copyOf(notifierKinds);
    }

    @Override
    public void close() {
        for (var loader : loaders) {
            try {
                loader.close();
            } catch (IOException e) {
                LOG.atWarn().log("plug-in {} not closed: {}", loader.getName(), e.toString());
            }
        }
    }
}
