-- Healing: what was found wrong, what was decided and why, what was done, and whether it helped.

CREATE FUNCTION recovery_transition_is_legal(from_state text, to_state text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (from_state, to_state) IN (
    ('detected', 'approval'), ('detected', 'acting'), ('detected', 'recovered'), ('detected', 'escalated'),
    ('approval', 'acting'), ('approval', 'recovered'), ('approval', 'escalated'),
    ('acting', 'verifying'), ('acting', 'escalated'),
    ('verifying', 'detected'), ('verifying', 'recovered'), ('verifying', 'escalated'));

-- One row an episode. It is open until it has healed, or until people were called and the alert ended.
CREATE TABLE recoveries (
    organization_id uuid NOT NULL,
    recovery_id     uuid NOT NULL DEFAULT task_new_id(),
    agent_id        text COLLATE "C" NOT NULL,
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
    approved_by     text,
    CHECK ((state IN ('recovered', 'escalated')) = (ended_at IS NOT NULL)),
    PRIMARY KEY (organization_id, recovery_id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX recoveries_open ON recoveries (organization_id, agent_id, cause) WHERE ended_at IS NULL;
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
    undone_at       timestamptz,
    undone_by       text,
    PRIMARY KEY (organization_id, recovery_id, ordinal)
) WITH (fillfactor = 70);
CREATE INDEX recovery_actions_agent ON recovery_actions (organization_id, agent_id, decided_at);

-- Which action has helped against which cause.
CREATE VIEW recovery_learning WITH (security_invoker = true) AS
SELECT organization_id, cause, action, count(*) AS tried, count(*) FILTER (WHERE healed) AS healed
FROM recovery_actions
WHERE healed IS NOT NULL
GROUP BY organization_id, cause, action;

-- How well healing does, by cause. A dry run is no episode. A restart is false when what it was to heal had ended by
-- itself before it was decided.
CREATE VIEW recovery_success WITH (security_invoker = true) AS
SELECT organization_id, cause, count(*) AS episodes, count(*) FILTER (WHERE state = 'recovered') AS recovered,
    count(*) FILTER (WHERE state = 'escalated') AS escalated,
    extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY detected_at - began_at)) AS median_seconds_to_detect,
    extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY ended_at - began_at)
        FILTER (WHERE state = 'recovered')) AS median_seconds_to_recover
FROM recoveries
WHERE NOT dry_run AND ended_at IS NOT NULL
GROUP BY organization_id, cause;

DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['recoveries', 'recovery_actions'] LOOP
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
GRANT SELECT ON recovery_learning, recovery_success TO ${engine}, ${api};
