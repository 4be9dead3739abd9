package dev.mainstay.server.http;

import dev.mainstay.agent.AgentCategory;
import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.agent.AgentRemoval;
import dev.mainstay.agent.AgentRow;
import dev.mainstay.agent.AgentState;
import dev.mainstay.health.HealthHistory;
import dev.mainstay.health.HealthQueries;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.server.auth.Access;
import dev.mainstay.server.stream.AgentPage;
import dev.mainstay.server.stream.FleetWatches;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Agents: the list, one of them, its health, and what people want of it. Thread-safe.
final class AgentRoutes {
    private static final String PATH = "/api/v1/agents/{id}";
    private static final int MOST = 1_000;

    private final Database database;
    private final FleetWatches watches;
    private final AgentCommands commands;
    private final AgentRemoval removal;
    private final InstantSource clock;
    private final HealthHistory history = new HealthHistory();

    AgentRoutes(Database database, FleetWatches watches, AgentCommands commands, InstantSource clock) {
        this.clock = clock;
        this.removal = new AgentRemoval(database);
        this.database = database;
        this.watches = watches;
        this.commands = commands;
    }

    List<Route> routes() {
        List<Route> routes = new ArrayList<>(List.of(
                Route.get("/api/v1/agents", Access.VIEWER, this::list),
                Route.get(PATH, Access.VIEWER, this::describe),
                Route.get(PATH + "/health", Access.VIEWER, this::health),
                Route.delete(PATH, Access.ADMIN, this::remove)));
        for (AgentCommand command : AgentCommand.values()) {
            routes.add(Route.post(PATH + "/" + command.word(), Access.OPERATOR, request -> command(request, command)));
        }
        return routes;
    }

    private Answer list(Request request) {
        String after = Cursor.in(request, "agents", 1, List::getFirst).orElse("");
        int limit = request.limit(100, MOST);
        List<String> asked = new ArrayList<>(List.of(after, Integer.toString(limit)));
        Predicate<AgentRow> filter = filter(request, asked);
        AgentPage page = new AgentPage(after, limit, filter, id -> Cursor.of("agents", id));
        return Answer.encoded(
                200, watches.of(request.organization()).snapshot().page(String.join("\n", asked), () -> page));
    }

    /// The filter a query asks for; what it asks is added to `asked`, which tells the page from others.
    private static Predicate<AgentRow> filter(Request request, List<String> asked) {
        List<Predicate<AgentRow>> filters = new ArrayList<>();
        for (String name : List.of("state", "kind", "category", "capability", "node", "q")) {
            String wanted = request.query(name).orElse("");
            asked.add(wanted.replace('\n', ' '));
            if (!wanted.isEmpty()) {
                filters.add(filter(name, wanted));
            }
        }
        return filters.stream().reduce(row -> true, Predicate::and);
    }

    private static Predicate<AgentRow> filter(String name, String wanted) {
        return switch (name) {
            case "state" -> {
                Set<String> states = states(wanted);
                yield row -> states.contains(row.state());
            }
            case "kind" -> row -> row.kind().equals(wanted);
            case "category" -> {
                String category = oneOf(
                        name,
                        wanted,
                        Arrays.stream(AgentCategory.values()).map(Enum::name).toList());
                yield row -> row.category().equals(category);
            }
            case "capability" -> row -> row.capabilities().contains(wanted);
            case "node" -> row -> wanted.equals(row.node());
            default -> {
                String part = wanted.toLowerCase(Locale.ROOT);
                yield row -> (row.id() + "\n" + row.kind() + "\n" + row.description())
                        .toLowerCase(Locale.ROOT)
                        .contains(part);
            }
        };
    }

    private static Set<String> states(String wanted) {
        List<String> known =
                Arrays.stream(AgentState.values()).map(AgentState::word).toList();
        return Arrays.stream(wanted.split(",", -1))
                .map(state -> oneOf("state", state, known))
                .collect(Collectors.toSet());
    }

    private static String oneOf(String name, String word, List<String> known) {
        return known.stream()
                .filter(word::equalsIgnoreCase)
                .findFirst()
                .orElseThrow(() -> Refusal.parameter(name, "must be one of " + String.join(", ", known)));
    }

    private Answer describe(Request request) {
        String id = request.path("id");
        return watches.of(request.organization())
                .snapshot()
                .json(id)
                .map(json -> Answer.encoded(200, json))
                .orElseThrow(() -> Refusal.agentNotFound(id));
    }

    /// The id of an agent there is; refused with 404 otherwise.
    static String known(FleetWatches watches, Request request) {
        String id = request.path("id");
        return watches.of(request.organization())
                .snapshot()
                .row(id)
                .map(AgentRow::id)
                .orElseThrow(() -> Refusal.agentNotFound(id));
    }

    private Answer health(Request request) {
        String agent = known(watches, request);
        OrganizationDatabase screens = database.api(request.organization()).forScreens();
        return Answer.json(request.moment("at", clock.instant())
                .<Object>map(at -> history.agent(screens, agent, at))
                .orElseGet(() -> HealthQueries.find(screens, agent)));
    }

    private Answer remove(Request request) {
        // As it stands now, or one that was just registered would not be found.
        String id = request.path("id");
        String agent = watches.of(request.organization())
                .changed()
                .row(id)
                .map(AgentRow::id)
                .orElseThrow(() -> Refusal.agentNotFound(id));
        removal.remove(
                request.organization(),
                agent,
                Bodies.reasonOfQuery(request),
                request.caller().actor());
        watches.of(request.organization()).changed();
        return Answer.empty(204);
    }

    private Answer command(Request request, AgentCommand command) {
        String reason = request.body(Bodies::reason);
        String id = request.path("id");
        commands.give(
                request.organization(), id, command, reason, request.caller().actor());
        return watches.of(request.organization())
                .changed()
                .json(id)
                .map(json -> Answer.encoded(200, json))
                .orElseThrow(() -> Refusal.agentNotFound(id));
    }
}
