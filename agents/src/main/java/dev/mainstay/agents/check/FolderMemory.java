package dev.mainstay.agents.check;

import dev.mainstay.state.SharedState;
import dev.mainstay.state.StateEntry;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The files an agent has already told of, in shared state, so that a restart or another node goes on from there.
/// Thread-safe.
final class FolderMemory {
    private final SharedState state;
    private final String key;

    FolderMemory(SharedState state, String agent) {
        this.state = state;
        this.key = "watch-folder/" + agent;
    }

    /// What is known of `folder`; empty before its very first look, also when the agent watched another one.
    Optional<SortedMap<String, FileStamp>> recall(String folder) {
        return state.get(key)
                .map(StateEntry::value)
                .filter(value -> folder.equals(value.path("folder").asString("")))
                .map(FolderMemory::files);
    }

    private static SortedMap<String, FileStamp> files(JsonNode value) {
        SortedMap<String, FileStamp> files = new TreeMap<>();
        for (Map.Entry<String, JsonNode> file : value.path("files").properties()) {
            files.put(
                    file.getKey(),
                    new FileStamp(
                            file.getValue().path(0).asLong(),
                            file.getValue().path(1).asLong()));
        }
        return files;
    }

    void remember(String folder, SortedMap<String, FileStamp> files) {
        ObjectNode value = JsonNodeFactory.instance.objectNode();
        value.put("folder", folder);
        ObjectNode stamps = value.putObject("files");
        files.forEach((name, stamp) -> {
            ArrayNode pair = stamps.putArray(name);
            pair.add(stamp.size());
            pair.add(stamp.modified());
        });
        state.put(key, value);
    }
}
