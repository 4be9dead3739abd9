package dev.mainstay.server.cli;

import dev.mainstay.config.Setting.Scalar;
import dev.mainstay.config.YamlSettings;
import dev.mainstay.server.config.ConfigSources;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Which Mainstay of this machine is meant: the options of every command that needs to know. Not thread-safe.
class DataLocation {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The settings; else MAINSTAY_CONFIG, else ./mainstay.yml.")
    private @Nullable Path config;

    @Option(names = "--data", paramLabel = "FOLDER", description = "The data folder; .mainstay by default.")
    private @Nullable String data;

    /// The sources of settings with the options in them.
    ConfigSources sources() {
        var environment = Main.environment(command);
        var sources = new ConfigSources(
                Optional.ofNullable(config), ConfigSources.of(environment).flags(), environment);
        return data == null ? sources : sources.with("data", data, "--data");
    }

    /// The data folder, found without a look at the other settings, which may be wrong by now.
    Path folder() {
        return optionFolder().or(this::variableFolder).orElseGet(this::configuredFolder);
    }

    /// The data folder where the command line names it.
    Optional<Path> optionFolder() {
        return Optional.ofNullable(data).map(Path::of);
    }

    /// The data folder where the environment names it.
    Optional<Path> variableFolder() {
        return Optional.ofNullable(sources().environment().get("MAINSTAY_DATA"))
                .filter(name -> !name.isBlank())
                .map(Path::of);
    }

    private Path configuredFolder() {
        return sources()
                .found()
                .flatMap(file -> YamlSettings.read(file).at("data"))
                .filter(setting -> setting instanceof Scalar scalar && scalar.value() != null)
                .map(setting -> Path.of(((Scalar) setting).text()))
                .orElse(Path.of(".mainstay"));
    }
}
