package dev.mainstay.config;

import dev.mainstay.config.Setting.Branch;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/// Reads a YAML 1.2 file into [Setting]s that know their line.
///
/// Stricter than YAML itself: a key given twice, a tag and a second document are errors. Stateless and thread-safe.
public final class YamlSettings {
    /// Deeper than any sensible file; the parser recurses, so this also guards its stack.
    static final int DEEPEST = 100;

    private YamlSettings() {}

    /// The settings of a UTF-8 file; a [ConfigException] tells everything wrong with its form.
    public static Branch read(Path file) {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (NoSuchFileException e) {
            throw unreadable(file, "does not exist");
        } catch (CharacterCodingException e) {
            throw unreadable(file, "is not UTF-8 text; save it as UTF-8");
        } catch (IOException e) {
            throw unreadable(file, "cannot be read: " + e);
        }
    }

    private static ConfigException unreadable(Path file, String why) {
        return new ConfigException(Problem.stating(new Origin(file.toString()), KeyPath.ROOT, "the file " + why));
    }

    /// The settings in a text; `name` is what messages call it. An empty text has no settings.
    public static Branch parse(String name, String text) {
        var options = LoadSettings.builder()
                .setLabel(name)
                .setSchema(new FailsafeSchema()) // values are typed by YamlTree, which keeps 007 and 1.10 as written
                .setAllowNonScalarKeys(true) // refused by YamlTree with a better message
                .build();
        try {
            refuseDeepNesting(name, new Parse(options).parseString(text));
            return new Compose(options)
                    .composeString(text)
                    .map(root -> new YamlTree(name).root(root))
                    .orElseGet(() -> Branch.empty(Origin.file(name, 1)));
        } catch (YamlEngineException e) {
            throw new ConfigException(YamlMistakes.explain(name, e));
        }
    }

    private static void refuseDeepNesting(String name, Iterable<Event> events) {
        var depth = 0;
        for (var event : events) {
            depth += switch (event.getEventId()) {
                case MappingStart, SequenceStart -> 1;
                case MappingEnd, SequenceEnd -> -1;
                default -> 0;
            };
            if (depth > DEEPEST) {
                var line = event.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
                throw new ConfigException(Problem.stating(
                        Origin.file(name, line), KeyPath.ROOT, "nested more than " + DEEPEST + " levels deep"));
            }
        }
    }
}
