package dev.mainstay.server.stream;

import dev.mainstay.agent.AgentRow;
import dev.mainstay.agent.AgentState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Something about an agent that a person may want to look at. Immutable.
///
/// @param problem escalated (a whole group is quarantined; `agent` is the member that crashed last), quarantined,
/// failed, recovering, unplaced, silent, failing or unhealthy
record FleetProblem(
        String severity,
        String problem,
        String agent,
        String detail,
        @Nullable Instant since) {
    private static final int MOST = 100;
    private static final Comparator<FleetProblem> WORST_FIRST = Comparator.comparing(
                    (FleetProblem problem) -> !problem.severity.equals("critical"))
            .thenComparing(FleetProblem::agent);
    private static final double UNHEALTHY = 50;
    private static final Duration PLACEMENT = Duration.ofSeconds(15);

    /// The worst first; `at` is the time of the database.
    static List<FleetProblem> among(List<FleetEntry> entries, Instant at) {
        List<FleetProblem> groups = new ArrayList<>();
        Set<FleetEntry> grouped = new HashSet<>();
        byGroup(entries).forEach((group, members) -> {
            if (members.size() > 1 && members.stream().allMatch(FleetProblem::isQuarantined)) {
                groups.add(escalated(group, members));
                grouped.addAll(members);
            }
        });
        Stream<FleetProblem> alone =
                entries.stream().filter(entry -> !grouped.contains(entry)).flatMap(entry -> of(entry, at).stream());
        return Stream.concat(groups.stream(), alone)
                .sorted(WORST_FIRST)
                .limit(MOST)
                .toList();
    }

    /// Members that shall not run say nothing of their group.
    private static Map<String, List<FleetEntry>> byGroup(List<FleetEntry> entries) {
        Map<String, List<FleetEntry>> groups = new TreeMap<>();
        for (FleetEntry entry : entries) {
            String group = entry.row.group();
            if (group != null && !entry.row.desired().equals("shutdown")) {
                groups.computeIfAbsent(group, any -> new ArrayList<>()).add(entry);
            }
        }
        return groups;
    }

    private static boolean isQuarantined(FleetEntry entry) {
        return AgentState.of(entry.row.state()) == AgentState.QUARANTINED;
    }

    /// One fault, told once. Whoever was only taken along says so in its cause, with the group's name.
    private static FleetProblem escalated(String group, List<FleetEntry> members) {
        AgentRow crashed = members.stream()
                .map(member -> member.row)
                .filter(row -> !row.cause().contains("group " + group + ":"))
                .findFirst()
                .orElse(members.getFirst().row);
        return new FleetProblem(
                "critical",
                "escalated",
                crashed.id(),
                "group " + group + " is out of restarts, and its " + members.size()
                        + " agents are quarantined; the last crash: " + crashed.cause(),
                crashed.stateSince());
    }

    private static Optional<FleetProblem> of(FleetEntry entry, Instant at) {
        AgentRow row = entry.row;
        return switch (AgentState.of(row.state())) {
            case QUARANTINED, FAILED -> Optional.of(inState("critical", row));
            case RECOVERING -> Optional.of(inState("warning", row));
            case MAINTENANCE -> Optional.empty();
            case INACTIVE -> row.source().equals("slot") ? Optional.empty() : unplaced(row, at);
            case SHUTDOWN -> unplaced(row, at);
            default ->
                unplaced(row, at)
                        .or(() -> silent(entry, at))
                        .or(() -> failing(row))
                        .or(() -> unhealthy(row));
        };
    }

    private static FleetProblem inState(String severity, AgentRow row) {
        return new FleetProblem(severity, row.state(), row.id(), row.cause(), row.stateSince());
    }

    private static Optional<FleetProblem> unplaced(AgentRow row, Instant at) {
        // An agent from outside that has left is where it wants to be; it registers when it comes back.
        boolean wanted = !row.held()
                && !row.desired().equals("shutdown")
                && !row.source().equals("http");
        return wanted && row.stateSince().isBefore(at.minus(PLACEMENT))
                ? Optional.of(new FleetProblem(
                        "warning",
                        "unplaced",
                        row.id(),
                        "nothing runs it: no live node offers kind " + row.kind(),
                        row.stateSince()))
                : Optional.empty();
    }

    private static Optional<FleetProblem> silent(FleetEntry entry, Instant at) {
        Instant last = entry.row.lastHeartbeat() == null ? entry.row.stateSince() : entry.row.lastHeartbeat();
        return last.isBefore(at.minus(entry.patience))
                ? Optional.of(new FleetProblem(
                        "critical",
                        "silent",
                        entry.row.id(),
                        "no heartbeat for more than " + entry.patience.toSeconds() + " s",
                        last))
                : Optional.empty();
    }

    /// The error of the newest ticks stands until a tick succeeds.
    private static Optional<FleetProblem> failing(AgentRow row) {
        return Optional.ofNullable(row.lastError())
                .map(error -> new FleetProblem("warning", "failing", row.id(), error, null));
    }

    private static Optional<FleetProblem> unhealthy(AgentRow row) {
        return row.health() != null && row.health() < UNHEALTHY
                ? Optional.of(new FleetProblem(
                        "warning", "unhealthy", row.id(), "health " + Math.round(row.health()) + " of 100", null))
                : Optional.empty();
    }
}
