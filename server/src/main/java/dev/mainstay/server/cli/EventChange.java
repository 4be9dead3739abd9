package dev.mainstay.server.cli;

import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// What an event changed, in a few words taken from its detail. Stateless.
final class EventChange {
    private static final int NAMED = 2;
    private static final String FILES = "Files";

    private EventChange() {}

    /// `active → failed`, `new orders.csv`; nothing for events that do not say.
    static String text(JsonNode event) {
        var detail = event.path("detail");
        return switch (event.path("type").asString("")) {
            case "agent.transition" -> Column.text(detail.path("from")) + " → " + Column.text(detail.path("to"));
            case "folder.changed" -> files(detail);
            default -> "";
        };
    }

    private static String files(JsonNode detail) {
        return detail.propertyStream()
                .filter(property -> property.getKey().endsWith(FILES))
                .map(property -> {
                    var change = property.getKey().replace(FILES, "");
                    return change + " "
                            + names(property.getValue(), detail.path(change).asInt(0));
                })
                .collect(Collectors.joining(", "));
    }

    /// The first names of `count` files; the event itself does not name all of many.
    private static String names(JsonNode files, int count) {
        var named = files.valueStream().limit(NAMED).map(Column::text).collect(Collectors.joining(", "));
        var rest = count - Math.min(NAMED, files.size());
        return rest > 0 ? named + " and " + rest + " more" : named;
    }
}
