package dev.mainstay.server.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;

/// How a command says what it found: the option `-o`, and stdout. Not thread-safe.
final class Output {
    /// Tables are for people, the others for programs.
    enum Format {
        TABLE,
        JSON,
        JSONL,
        YAML,
        CSV
    }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, json, jsonl, yaml or csv; table by default.")
    private Format format = Format.TABLE;

    Format format() {
        return format;
    }

    /// Many of a kind.
    void list(List<JsonNode> items, List<Column> columns) {
        switch (format) {
            case TABLE -> Table.print(out(), columns, items, Colours.of(command));
            case CSV -> Csv.print(out(), columns, items);
            case JSONL -> items.forEach(item -> out().println(item));
            case JSON, YAML -> tree(wrapped(items));
        }
        out().flush();
    }

    private static JsonNode wrapped(List<JsonNode> items) {
        var list = ApiClient.JSON.createObjectNode();
        list.putArray("items").addAll(items);
        return list.putNull("next");
    }

    /// One thing; as a table, a line for each of its columns.
    void one(JsonNode item, List<Column> columns) {
        switch (format) {
            case TABLE -> Table.describe(out(), columns, item, Colours.of(command));
            case CSV -> Csv.print(out(), columns, List.of(item));
            case JSONL -> out().println(item);
            case JSON, YAML -> tree(item);
        }
        out().flush();
    }

    private void tree(JsonNode tree) {
        if (format == Format.YAML) {
            out().print(Yaml.text(ApiClient.JSON.convertValue(tree, Object.class)));
        } else {
            out().println(ApiClient.JSON
                    .writer()
                    .with(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsString(tree));
        }
    }

    PrintWriter out() {
        return command.commandLine().getOut();
    }

    /// Talk, which no program reads.
    void say(String words) {
        command.commandLine().getErr().println(Safe.lines(words));
        command.commandLine().getErr().flush();
    }

    Map<String, String> environment() {
        return Main.environment(command);
    }
}
