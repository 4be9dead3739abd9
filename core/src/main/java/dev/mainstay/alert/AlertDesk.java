package dev.mainstay.alert;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.postgres.OrganizationDatabase;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Where requests of one organization read alerts and answer them. Thread-safe.
public final class AlertDesk {
    private static final String LIST = "SELECT " + Alert.COLUMNS + """
            FROM alerts
            WHERE organization_id = :organization FILTERED
            ORDER BY alert_id DESC
            LIMIT :limit
            """;

    private static final String ACKNOWLEDGE = """
            UPDATE alerts
            SET state = 'acknowledged', acknowledged_at = clock_timestamp(), acknowledged_by = :actor, note = :note,
                escalates_at = NULL
            WHERE organization_id = :organization AND alert_id = :alert AND state = 'firing'
            RETURNING %s
            """.formatted(Alert.COLUMNS);

    private static final String RESOLVE = """
            UPDATE alerts
            SET state = 'resolved', resolved_at = clock_timestamp(), resolved_by = :actor, note = coalesce(:note, note),
                flapping = false, missed_at = NULL, escalates_at = NULL, inhibited_by = NULL, silence_id = NULL
            WHERE organization_id = :organization AND alert_id = :alert AND state IN ('firing', 'acknowledged')
            RETURNING %s
            """.formatted(Alert.COLUMNS);

    private static final String TELL = """
            INSERT INTO system_events (organization_id, type, severity, agent_id, node_id, cause, detail)
            VALUES (:organization, :type, 'info', :agent, :node, :cause, :detail::jsonb)
            """;

    private final OrganizationDatabase database;

    public AlertDesk(OrganizationDatabase database) {
        this.database = database;
    }

    /// Newest first; pending ones are not alerts yet and left out, unless they are asked for.
    ///
    /// @param before an alert a page ended with
    public List<Alert> list(
            Optional<AlertState> state,
            Optional<String> rule,
            Optional<String> agent,
            Optional<UUID> before,
            int limit) {
        Filter filter = new Filter()
                .with("organization", database.organization())
                .with("limit", limit)
                .and("rule = :rule", "rule", rule)
                .and("agent_id = :agent", "agent", agent);
        before.ifPresent(alert -> filter.and("alert_id < :before").with("before", alert));
        state.ifPresentOrElse(
                wanted -> filter.and("state = :state").with("state", wanted.word()),
                () -> filter.and("state <> 'pending'"));
        return database.list(filter.into(LIST), filter.parameters(), (row, context) -> Alert.map(row));
    }

    /// What is looked for now, by name.
    public List<AlertRule.Stored> rules() {
        return database.list(
                AlertRuleStore.SELECT + "WHERE organization_id = :organization ORDER BY name",
                Map.of("organization", database.organization()),
                (row, context) -> AlertRuleStore.map(row));
    }

    public Optional<Alert> find(UUID alert) {
        return database.find(
                "SELECT " + Alert.COLUMNS + " FROM alerts WHERE organization_id = :organization AND alert_id = :alert",
                Map.of("organization", database.organization(), "alert", alert),
                (row, context) -> Alert.map(row));
    }

    /// Somebody takes care of it: nobody further up is told. Doing it again changes nothing.
    public Alert acknowledge(UUID alert, @Nullable String note, String actor) {
        return change(ACKNOWLEDGE, alert, note, actor, "alert.acknowledged", AlertState.ACKNOWLEDGED);
    }

    /// Says that it is over. Should its condition still hold, it fires again within a second.
    public Alert resolve(UUID alert, @Nullable String note, String actor) {
        return change(RESOLVE, alert, note, actor, "alert.resolved", AlertState.RESOLVED);
    }

    private Alert change(
            String sql, UUID alert, @Nullable String note, String actor, String event, AlertState already) {
        return database.write(handle -> {
            Map<String, @Nullable Object> parameters = new HashMap<>();
            parameters.put("organization", database.organization());
            parameters.put("alert", alert);
            parameters.put("note", note);
            parameters.put("actor", actor);
            Optional<Alert> changed = handle.createQuery(sql)
                    .bindMap(parameters)
                    .map((row, context) -> Alert.map(row))
                    .findOne();
            changed.ifPresent(now -> tell(handle, event, now, actor, note));
            return changed.orElseGet(() -> unchanged(alert, already));
        });
    }

    private Alert unchanged(UUID alert, AlertState already) {
        Alert stands = find(alert)
                .filter(each -> each.state() != AlertState.PENDING)
                .orElseThrow(() -> new MainstayException(ErrorCode.ALERT_UNKNOWN, "there is no alert " + alert));
        if (stands.state() == already) {
            return stands;
        }
        throw new MainstayException(
                ErrorCode.ALERT_STATE,
                "alert " + alert + " is " + stands.state().word() + " and cannot become " + already.word());
    }

    private void tell(Handle handle, String type, Alert alert, String actor, @Nullable String note) {
        Instant fired = alert.firedAt();
        handle.createUpdate(TELL)
                .bind("organization", database.organization())
                .bind("type", type)
                .bind("agent", alert.agent())
                .bind("node", alert.node())
                .bind("cause", note == null ? alert.summary() : note)
                .bind(
                        "detail",
                        Jsonb.text(Map.of(
                                "alert",
                                alert.id().toString(),
                                "rule",
                                alert.rule(),
                                "by",
                                actor,
                                "firedAt",
                                fired == null ? "" : fired.toString())))
                .execute();
    }
}
