-- Healing: what was found wrong, what was decided and why, what was done, and whether it helped.

CREATE FUNCTION recovery_transition_is_legal(from_state text, to_state text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (from_state, to_state) IN (
    ('detected', 'approval'), ('detected', 'acting'), ('detected', 'recovered'), ('detected', 'escalated'),
    ('approval', 'acting'), ('approval', 'recovered'), ('approval', 'escalated'),
    ('acting', 'verifying'), ('acting', 'escalated'),
    ('verifying', 'detected'), ('verifying', 'recovered'), ('verifying', 'escalated'));

-- One row an episode, about an agent or about a queue. It is open until it has healed or people were called. An approval
-- counts for the proposed action alone.
CREATE TABLE recoveries (
    organization_id uuid NOT NULL,
    recovery_id     uuid NOT NULL DEFAULT task_new_id(),
    agent_id        text COLLATE "C" NOT NULL,
    queue           text COLLATE "C" NOT NULL DEFAULT '',
    cause           text COLLATE "C" NOT NULL,
    playbook        text COLLATE "C" NOT NULL,
    alert_id        uuid NOT NULL,
    alert_summary   text NOT NULL,
    state           text NOT NULL DEFAULT 'detected' CHECK (state IN (
                        'detected', 'approval', 'acting', 'verifying', 'recovered', 'escalated')),
    began_at        timestamptz NOT NULL,
    detected_at     timestamptz NOT NULL,
    opened_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    acted_at        timestamptz,
    verified_at     timestamptz,
    ended_at        timestamptz,
    step            integer NOT NULL DEFAULT 0,
    due_at          timestamptz,
    outcome         text NOT NULL DEFAULT '',
    dry_run         boolean NOT NULL,
    proposed        text,
    approved_by     text,
    CHECK ((state IN ('recovered', 'escalated')) = (ended_at IS NOT NULL)),
    PRIMARY KEY (organization_id, recovery_id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX recoveries_open ON recoveries (organization_id, agent_id, queue, cause) WHERE ended_at IS NULL;
CREATE INDEX recoveries_agent ON recoveries (organization_id, agent_id, recovery_id);
CREATE INDEX recoveries_ended ON recoveries (organization_id, ended_at);

CREATE FUNCTION recoveries_refuse_illegal_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT recovery_transition_is_legal(OLD.state, NEW.state) THEN
        RAISE EXCEPTION 'recovery % cannot go from % to %', OLD.recovery_id, OLD.state, NEW.state USING ERRCODE = 'MS001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER recoveries_transition BEFORE UPDATE OF state ON recoveries
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
    EXECUTE FUNCTION recoveries_refuse_illegal_transition();

-- What was done, in order. healed is null until it was measured again.
CREATE TABLE recovery_actions (
    organization_id uuid NOT NULL,
    recovery_id     uuid NOT NULL,
    ordinal         integer NOT NULL,
    agent_id        text COLLATE "C" NOT NULL,
    cause           text COLLATE "C" NOT NULL,
    action          text COLLATE "C" NOT NULL,
    reason          text NOT NULL,
    task_id         uuid,
    decided_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at        timestamptz,
    result          jsonb NOT NULL DEFAULT '{}',
    error           text,
    healed          boolean,
    measured        jsonb,
    reversible      boolean NOT NULL DEFAULT false,
    undo_asked_by   text,
    undo_reason     text,
    undo_due_at     timestamptz,
    undo_task_id    uuid,
    undone_at       timestamptz,
    undo_result     text,
    PRIMARY KEY (organization_id, recovery_id, ordinal)
) WITH (fillfactor = 70);
CREATE INDEX recovery_actions_agent ON recovery_actions (organization_id, agent_id, decided_at);
CREATE INDEX recovery_actions_undo ON recovery_actions (undo_due_at) WHERE undo_due_at IS NOT NULL AND undone_at IS NULL;

-- What the fleet that heals goes by, as it began with it, so that every node can show it.
CREATE TABLE recovery_policies (
    organization_id uuid PRIMARY KEY,
    mode            text NOT NULL,
    share           double precision NOT NULL,
    approved_up_to  text NOT NULL,
    learning        boolean NOT NULL,
    updated_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE recovery_playbooks (
    organization_id uuid NOT NULL,
    cause           text COLLATE "C" NOT NULL,
    rules           text[] NOT NULL,
    actions         text[] NOT NULL,
    verify_within   interval NOT NULL,
    cool_down       interval NOT NULL,
    budget          integer NOT NULL,
    per             interval NOT NULL,
    PRIMARY KEY (organization_id, cause)
);

-- Every declaration of an agent that was another than the one before, so that the last good one can be gone back to.
CREATE TABLE agent_declarations (
    organization_id uuid NOT NULL,
    agent_id        text COLLATE "C" NOT NULL,
    declared_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind            text COLLATE "C" NOT NULL,
    spec            jsonb NOT NULL,
    settings        jsonb NOT NULL,
    PRIMARY KEY (organization_id, agent_id, declared_at)
);
CREATE FUNCTION agents_keep_declaration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO agent_declarations (organization_id, agent_id, kind, spec, settings)
    VALUES (NEW.organization_id, NEW.id, NEW.kind, NEW.spec, NEW.settings);
    DELETE FROM agent_declarations
    WHERE organization_id = NEW.organization_id AND agent_id = NEW.id AND declared_at < (
        SELECT declared_at
        FROM agent_declarations
        WHERE organization_id = NEW.organization_id AND agent_id = NEW.id
        ORDER BY declared_at DESC
        OFFSET 19 LIMIT 1);
    RETURN NULL;
END $$;
CREATE TRIGGER agents_declared AFTER INSERT ON agents
    FOR EACH ROW WHEN (NEW.source IN ('code', 'file', 'plugin')) EXECUTE FUNCTION agents_keep_declaration();
CREATE TRIGGER agents_declared_anew AFTER UPDATE OF kind, spec, settings ON agents
    FOR EACH ROW WHEN (NEW.source IN ('code', 'file', 'plugin')
        AND (OLD.kind, OLD.spec, OLD.settings) IS DISTINCT FROM (NEW.kind, NEW.spec, NEW.settings))
    EXECUTE FUNCTION agents_keep_declaration();

-- A node that is not to be given the agent while there is another; and how often the agent was asked to connect anew.
ALTER TABLE agent_leases ADD COLUMN avoid text;
ALTER TABLE agents ADD COLUMN reconnects bigint NOT NULL DEFAULT 0;

-- Which action has helped against which cause.
CREATE VIEW recovery_learning WITH (security_invoker = true) AS
SELECT organization_id, cause, action, count(*) AS tried, count(*) FILTER (WHERE healed) AS healed
FROM recovery_actions
WHERE healed IS NOT NULL
GROUP BY organization_id, cause, action;

-- Restarts of agents that were well by the stored rows: heard in time, and of the last five heartbeats with ticks none
-- tells of a failure, of work given up or, where that was the complaint, of work more than twice as slow as usual.
CREATE VIEW recovery_false_restarts WITH (security_invoker = true) AS
SELECT action.organization_id, action.recovery_id, action.ordinal, action.agent_id, action.cause, action.action,
    action.decided_at
FROM recovery_actions action
JOIN recoveries recovery USING (organization_id, recovery_id)
JOIN alerts alert ON alert.organization_id = recovery.organization_id AND alert.alert_id = recovery.alert_id
JOIN agents agent ON agent.organization_id = action.organization_id AND agent.id = action.agent_id
CROSS JOIN LATERAL (
    SELECT count(*) AS beats, sum(failures) AS failures, sum(abandoned) AS abandoned, max(at) AS latest,
        sum(busy_ms) / nullif(sum(ticks), 0) AS mean_ms
    FROM (
        SELECT beat.*
        FROM agent_heartbeats beat
        WHERE beat.organization_id = action.organization_id AND beat.agent_id = action.agent_id
            AND beat.minute >= date_bin('1 minute', action.decided_at - interval '10 minutes', '2000-01-01Z')
            AND beat.at <= action.decided_at AND beat.ticks > 0
        ORDER BY beat.at DESC
        LIMIT 5) newest) lately
WHERE action.task_id IS NOT NULL AND action.result -> 'notDone' IS NULL
    AND action.action IN ('restart-agent', 'restart-clean', 'clear-lease', 'move-agent')
    AND lately.beats = 5 AND lately.failures = 0 AND lately.abandoned = 0
    AND lately.latest > action.decided_at - 5 * greatest(CAST(agent.spec ->> 'heartbeat' AS interval),
        coalesce(CAST(agent.spec -> 'schedule' ->> 'every' AS interval), interval '0'))
    AND action.cause <> 'memory'
    AND (action.cause <> 'slow' OR lately.mean_ms <= 2 * CAST(alert.evidence ->> 'usualMillis' AS double precision))
    AND NOT EXISTS (
        SELECT
        FROM system_events event
        WHERE event.organization_id = action.organization_id AND event.agent_id = action.agent_id
            AND event.at BETWEEN action.decided_at - interval '1 minute' AND action.decided_at
            AND event.type = 'agent.transition' AND event.detail @> '{"crash": true}');

-- How well healing does, by cause. A dry run is no episode. One that ended though nothing is known to have helped is told
-- apart, and says nothing of how well healing does.
CREATE VIEW recovery_success WITH (security_invoker = true) AS
SELECT organization_id, cause, count(*) AS episodes, count(*) FILTER (WHERE is_healed) AS recovered,
    count(*) FILTER (WHERE state = 'escalated') AS escalated,
    count(*) FILTER (WHERE state = 'recovered' AND NOT is_healed) AS ended_by_itself,
    count(*) FILTER (WHERE is_healed)::double precision
        / nullif(count(*) FILTER (WHERE is_healed OR state = 'escalated'), 0) AS success_rate,
    extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY detected_at - began_at)) AS median_seconds_to_detect,
    extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY ended_at - began_at)
        FILTER (WHERE is_healed)) AS median_seconds_to_recover,
    extract(epoch FROM avg(ended_at - began_at) FILTER (WHERE is_healed)) AS mean_seconds_to_recover,
    (SELECT count(*)
        FROM recovery_false_restarts restart
        WHERE restart.organization_id = ended.organization_id AND restart.cause = ended.cause) AS false_restarts
FROM (
    SELECT recovery.*, recovery.state = 'recovered' AND EXISTS (
        SELECT
        FROM recovery_actions action
        WHERE action.organization_id = recovery.organization_id AND action.recovery_id = recovery.recovery_id
            AND action.healed) AS is_healed
    FROM recoveries recovery
    WHERE NOT recovery.dry_run AND recovery.ended_at IS NOT NULL) ended
GROUP BY organization_id, cause;

DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY[
        'recoveries', 'recovery_actions', 'recovery_policies', 'recovery_playbooks', 'agent_declarations']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY engine ON %I TO ${engine} USING (true) WITH CHECK (true)', tenant);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', tenant);
        EXECUTE format($policy$CREATE POLICY organization ON %I TO ${api}
            USING (organization_id = (SELECT nullif(current_setting('mainstay.organization', true), '')::uuid))
            WITH CHECK (organization_id = (SELECT nullif(current_setting('mainstay.organization', true), '')::uuid))$policy$,
            tenant);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO ${engine}, ${api}', tenant);
    END LOOP;
END $$;
GRANT SELECT ON recovery_learning, recovery_success, recovery_false_restarts TO ${engine}, ${api};
