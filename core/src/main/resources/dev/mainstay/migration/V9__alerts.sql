-- What watches the fleet sees: suspicions, alerts with the rules they come from, silences, and the outbox of notifications.

-- Whom the failure detector suspects now. A row goes when the suspicion ends; both are events.
CREATE TABLE agent_suspicions (
    organization_id uuid NOT NULL,
    agent_id        text COLLATE "C" NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('silent', 'stalled')),
    since           timestamptz NOT NULL,
    suspected_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    silence         interval NOT NULL,
    usual           interval NOT NULL,
    phi             double precision,
    node_id         text,
    PRIMARY KEY (organization_id, agent_id, kind)
);

-- What is worth an alert. A rule of a file or of code stands as its node declares it; one made by a request stays.
CREATE TABLE alert_rules (
    organization_id uuid NOT NULL,
    name            text COLLATE "C" NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,127}$'),
    source          text NOT NULL CHECK (source IN ('builtin', 'code', 'file', 'api')),
    definition      jsonb NOT NULL,
    enabled         boolean NOT NULL DEFAULT true,
    version         bigint NOT NULL DEFAULT 1,
    updated_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organization_id, name)
);

-- An alert's states as a function of two, so that the trigger and the tests read one table.
CREATE FUNCTION alert_transition_is_legal(from_state text, to_state text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (from_state, to_state) IN (
    ('pending', 'firing'), ('firing', 'acknowledged'), ('firing', 'resolved'), ('acknowledged', 'firing'),
    ('acknowledged', 'resolved'), ('resolved', 'firing'));

-- One row an incident: what is wrong (rule and subject make the fingerprint), from when, how it went on. While it is
-- pending it has not held for as long as its rule asks; what ends before that is deleted. One that flaps fires on when it
-- is gone; missed_at is when it was first looked for and not found. While nobody can look it stays what it is.
CREATE TABLE alerts (
    organization_id uuid NOT NULL,
    alert_id        uuid NOT NULL DEFAULT task_new_id(),
    fingerprint     text COLLATE "C" NOT NULL,
    rule            text COLLATE "C" NOT NULL,
    severity        text NOT NULL CHECK (severity IN ('info', 'warning', 'critical', 'emergency')),
    state           text NOT NULL CHECK (state IN ('pending', 'firing', 'acknowledged', 'resolved')),
    agent_id        text COLLATE "C",
    node_id         text COLLATE "C",
    labels          jsonb NOT NULL DEFAULT '{}',
    summary         text NOT NULL,
    value           double precision,
    evidence        jsonb NOT NULL DEFAULT '{}',
    runbook         text,
    group_key       text COLLATE "C" NOT NULL,
    began_at        timestamptz NOT NULL,
    pending_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    fired_at        timestamptz,
    seen_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    acknowledged_at timestamptz,
    acknowledged_by text,
    note            text,
    resolved_at     timestamptz,
    resolved_by     text,
    told_at         timestamptz,
    openings        timestamptz[] NOT NULL DEFAULT '{}',
    flapping        boolean NOT NULL DEFAULT false,
    missed_at       timestamptz,
    inhibited_by    uuid,
    silence_id      uuid,
    escalation      integer NOT NULL DEFAULT 0,
    escalates_at    timestamptz,
    CHECK ((state = 'resolved') = (resolved_at IS NOT NULL)),
    CHECK ((state = 'pending') = (fired_at IS NULL)),
    PRIMARY KEY (organization_id, alert_id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX alerts_open ON alerts (organization_id, fingerprint) WHERE state <> 'resolved';
CREATE INDEX alerts_fingerprint ON alerts (organization_id, fingerprint, resolved_at);
CREATE INDEX alerts_resolution_untold ON alerts (organization_id) WHERE state = 'resolved' AND told_at < resolved_at;
CREATE INDEX alerts_agent ON alerts (organization_id, agent_id, alert_id) WHERE agent_id IS NOT NULL;

CREATE FUNCTION alerts_refuse_illegal_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT alert_transition_is_legal(OLD.state, NEW.state) THEN
        RAISE EXCEPTION 'alert % cannot go from % to %', OLD.alert_id, OLD.state, NEW.state USING ERRCODE = 'MS001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER alerts_transition BEFORE UPDATE OF state ON alerts
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
    EXECUTE FUNCTION alerts_refuse_illegal_transition();

-- What is not to be told for a while: by a person (silence), or planned (maintenance). A matcher that is null matches all.
CREATE TABLE alert_silences (
    organization_id uuid NOT NULL,
    silence_id      uuid NOT NULL DEFAULT task_new_id(),
    kind            text NOT NULL CHECK (kind IN ('silence', 'maintenance')),
    rule            text COLLATE "C",
    agent_id        text COLLATE "C",
    node_id         text COLLATE "C",
    severity        text CHECK (severity IN ('info', 'warning', 'critical', 'emergency')),
    starts_at       timestamptz NOT NULL,
    ends_at         timestamptz NOT NULL CHECK (ends_at > starts_at),
    reason          text NOT NULL CHECK (reason <> ''),
    actor           text NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organization_id, silence_id)
);
CREATE INDEX alert_silences_ends_at ON alert_silences (organization_id, ends_at);

-- The outbox, which is the delivery log as well. While is_open, alerts of the group join; the first try closes it.
CREATE TABLE alert_notifications (
    organization_id uuid NOT NULL,
    notification_id uuid NOT NULL DEFAULT task_new_id(),
    notifier        text COLLATE "C" NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('firing', 'acknowledged', 'resolved', 'escalated', 'test')),
    group_key       text COLLATE "C" NOT NULL,
    severity        text NOT NULL CHECK (severity IN ('info', 'warning', 'critical', 'emergency')),
    alerts          uuid[] NOT NULL,
    is_open         boolean NOT NULL DEFAULT true,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    due_at          timestamptz,
    attempts        integer NOT NULL DEFAULT 0,
    sent_at         timestamptz,
    given_up_at     timestamptz,
    last_error      text,
    CHECK ((due_at IS NULL) = (sent_at IS NOT NULL OR given_up_at IS NOT NULL)),
    PRIMARY KEY (organization_id, notification_id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX alert_notifications_open
    ON alert_notifications (organization_id, notifier, group_key, kind) WHERE is_open;
CREATE INDEX alert_notifications_due ON alert_notifications (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX alert_notifications_group ON alert_notifications (organization_id, notifier, group_key, created_at);

DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY[
        'agent_suspicions', 'alert_rules', 'alerts', 'alert_silences', 'alert_notifications']
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
