package dev.mainstay.config;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Says what the YAML parser found in the words of the person who wrote the file. Stateless.
final class YamlMistakes {
    private YamlMistakes() {}

    static Problem explain(String name, YamlEngineException error) {
        var line = 1;
        var found = String.valueOf(error.getMessage());
        if (error instanceof MarkedYamlEngineException marked) {
            var mark = marked.getProblemMark().or(marked::getContextMark);
            line = mark.map(place -> place.getLine() + 1).orElse(1);
            found = String.valueOf(marked.getProblem());
        } else if (error instanceof ReaderException) {
            found = found.lines().findFirst().orElse(found);
        }
        var remedy = remedy(found);
        var statement = remedy == null ? "this is not YAML: " + found : remedy;
        return Problem.stating(Origin.file(name, line), KeyPath.ROOT, statement);
    }

    private static @Nullable String remedy(String found) {
        if (found.contains("TAB")) {
            return "a tab is used for indentation, where YAML allows spaces only; replace it by spaces";
        }
        if (found.contains("mapping values are not allowed")) {
            return "a second \": \" on one line; put the value in quotes, or its keys on lines of their own";
        }
        if (found.contains("could not find expected ':'")) {
            return "a key without \": \" after it; write \"key: value\"";
        }
        if (found.contains("cannot start any token")) {
            return "a value starts with a character that YAML keeps for itself; put the value in quotes";
        }
        if (found.contains("undefined alias")) {
            return "an alias (*name) without its anchor (&name) above it; put a value that starts with * in quotes";
        }
        if (found.contains("expected <block end>")) {
            return "the indentation does not match the lines above; keys of one block start in one column";
        }
        if (found.contains("expected ',' or")) {
            return "a bracket is opened and never closed, or a comma is missing";
        }
        if (found.contains("found unexpected end of stream")) {
            return "a quote is opened and never closed";
        }
        if (found.contains("but found another document")) {
            return "a second document starts here (---); one file has one";
        }
        if (found.contains("aliases for non-scalar nodes")) {
            return "too many aliases (*name) of whole blocks; write the blocks out";
        }
        return null;
    }
}
