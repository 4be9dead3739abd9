package dev.mainstay.server.http;

import dev.mainstay.MainstayException;
import dev.mainstay.alert.AlertDesk;
import dev.mainstay.alert.AlertRule;
import dev.mainstay.alert.AlertRules;
import dev.mainstay.alert.NotifierDesk;
import dev.mainstay.config.ConfigException;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.server.auth.Access;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What is looked for: rules, made and switched off. Thread-safe.
final class AlertRuleRoutes {
    private static final String RULES = "/api/v1/alert-rules";
    private static final String RULE = RULES + "/{name}";

    private final Database database;
    private final NotifierDesk notifiers;

    AlertRuleRoutes(Database database, NotifierDesk notifiers) {
        this.database = database;
        this.notifiers = notifiers;
    }

    List<Route> routes() {
        return List.of(
                Route.get(RULES, Access.VIEWER, this::list),
                Route.get(RULE, Access.VIEWER, this::describe),
                Route.put(RULE, Access.OPERATOR, this::put),
                Route.delete(RULE, Access.OPERATOR, this::delete),
                Route.post(RULE + "/enable", Access.OPERATOR, request -> enable(request, true)),
                Route.post(RULE + "/disable", Access.OPERATOR, request -> enable(request, false)));
    }

    private AlertRules rules(Request request) {
        return new AlertRules(
                database.api(request.organization()), request.caller().actor());
    }

    private Answer list(Request request) {
        AlertRules rules = rules(request);
        return Answer.json(Page.whole(new AlertDesk(database.api(request.organization()))
                .rules().stream().map(stored -> json(rules, stored)).toList()));
    }

    private static AlertJson.Rule json(AlertRules rules, AlertRule.Stored stored) {
        return AlertJson.Rule.of(stored, rules.unknownMetric(stored.rule()).orElse(null));
    }

    private Answer describe(Request request) {
        String name = request.path("name");
        return answer(200, rules(request), rules(request).find(name).orElseThrow(() -> unknown(name)));
    }

    private static Refusal unknown(String name) {
        return Refusal.notFound("alert rule", name, "GET " + RULES);
    }

    private static Answer answer(int status, AlertRules rules, AlertRule.Stored stored) {
        return Answer.json(status, json(rules, stored)).with("ETag", "\"" + stored.version() + "\"");
    }

    private Answer put(Request request) {
        String name = request.path("name");
        AlertRules rules = rules(request);
        Optional<AlertRule.Stored> stands = rules.find(name);
        requireVersion(name, ScheduleRoutes.version(request), stands);
        AlertRule rule = read(name, request.json());
        boolean allows = request.choice("unknownMetric", new String[] {"allow", "refuse"}, word -> word)
                .orElse("refuse")
                .equals("allow");
        if (!allows) {
            rules.unknownMetric(rule).ifPresent(problem -> {
                throw Refusal.invalid(List.of(new Problem.At(
                        "$." + rule.condition().key(),
                        problem + "; give unknownMetric=allow where it is still to come")));
            });
        }
        requireNotifiers(rule, stands);
        rules.unknownInhibited(rule).ifPresent(problem -> {
            throw Refusal.invalid(List.of(new Problem.At("$.inhibits", problem)));
        });
        return answer(stands.isEmpty() ? 201 : 200, rules, rules.put(rule));
    }

    /// What the rule names as it stands may be there on another node.
    private void requireNotifiers(AlertRule rule, Optional<AlertRule.Stored> stands) {
        List<String> kept = stands.map(stored -> stored.rule().notifiers()).orElse(List.of());
        for (String name : rule.notifiers()) {
            if (kept.contains(name)) {
                continue;
            }
            try {
                notifiers.named(name);
            } catch (MainstayException e) {
                throw Refusal.invalid(List.of(new Problem.At("$.notifiers", String.valueOf(e.getMessage()))));
            }
        }
    }

    private static void requireVersion(String name, @Nullable Long wanted, Optional<AlertRule.Stored> stands) {
        long version = stands.map(AlertRule.Stored::version).orElse(0L);
        if (wanted != null && wanted != version) {
            throw Refusal.stale(
                    version == 0
                            ? "there is no alert rule " + name
                            : "alert rule " + name + " is at version " + version + " now");
        }
    }

    private static AlertRule read(String name, JsonNode body) {
        if (!body.isObject()) {
            throw Refusal.invalid(List.of(new Problem.At("$", "must be an object")));
        }
        Map<String, Object> definition = Jsonb.map(Jsonb.text(body));
        try {
            return AlertRules.read(name, definition);
        } catch (ConfigException e) {
            throw Refusal.invalid(e.problems().stream()
                    .map(problem -> new Problem.At("$." + problem.key(), predicate(problem.key(), problem.sentence())))
                    .toList());
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid(List.of(new Problem.At("$", String.valueOf(e.getMessage()))));
        }
    }

    /// The path says the key already.
    private static String predicate(String key, String sentence) {
        return sentence.startsWith(key) ? sentence.substring(key.length()).replaceFirst("^[: ]+", "") : sentence;
    }

    private Answer delete(Request request) {
        String name = request.path("name");
        if (rules(request).find(name).isEmpty()) {
            throw unknown(name);
        }
        rules(request).delete(name, Bodies.reasonOfQuery(request));
        return Answer.empty(204);
    }

    private Answer enable(Request request, boolean enabled) {
        String name = request.path("name");
        AlertRules rules = rules(request);
        return answer(200, rules, rules.enable(name, enabled, request.body(Bodies::reason)));
    }
}
