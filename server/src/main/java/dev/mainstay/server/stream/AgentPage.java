package dev.mainstay.server.stream;

import dev.mainstay.agent.AgentRow;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// Which agents a page holds: those after an id that pass a filter, up to a limit. Immutable.
///
/// @param cursor makes the cursor of the next page from the last id; its text needs no escaping in JSON
public record AgentPage(String after, int limit, Predicate<AgentRow> filter, UnaryOperator<String> cursor) {}
