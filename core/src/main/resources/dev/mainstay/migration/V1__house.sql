-- The house: organizations, nodes, agents with their leases and heartbeats, metrics, events, state, keys.
-- Placeholders ${engine} and ${api} are the two roles of the running program; the owner runs this file.
-- Tenant tables lead every key with organization_id and force row-level security; infrastructure tables
-- (node_sessions, duties, rollup_pending, telemetry_flushes) belong to no organization and hold no tenant data.

CREATE TABLE organizations (
    organization_id uuid PRIMARY KEY,
    name            text NOT NULL UNIQUE CHECK (name <> ''),
    created_at      timestamptz NOT NULL DEFAULT now()
);
INSERT INTO organizations (organization_id, name)
VALUES ('00000000-0000-0000-0000-000000000001', 'default');

CREATE TABLE api_keys (
    organization_id uuid NOT NULL,
    id              text COLLATE "C" NOT NULL,
    name            text NOT NULL,
    role            text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin', 'agent')),
    secret_hash     bytea NOT NULL CHECK (length(secret_hash) = 32),
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz,
    revoked_at      timestamptz,
    PRIMARY KEY (organization_id, id)
);
-- A key is looked up before its organization is known.
CREATE UNIQUE INDEX api_keys_id ON api_keys (id);

-- One row a running process: its renewal is the heartbeat of the node, its expiry the death of all it held.
CREATE TABLE node_sessions (
    session_id         uuid PRIMARY KEY,
    node_id            text COLLATE "C" NOT NULL CHECK (node_id <> ''),
    kinds              text[] NOT NULL DEFAULT '{}',
    host               text NOT NULL DEFAULT '',
    address            text NOT NULL DEFAULT '',
    version            text NOT NULL DEFAULT '',
    started_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    beat_at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at         timestamptz NOT NULL,
    backend_pid        integer,
    backend_start      timestamptz,
    assignment_version bigint NOT NULL DEFAULT 0,
    draining           boolean NOT NULL DEFAULT false,
    ended_at           timestamptz,
    end_cause          text
) WITH (fillfactor = 50);
CREATE UNIQUE INDEX node_sessions_live ON node_sessions (node_id) WHERE ended_at IS NULL;

-- Who leads which duty. The holder's session is the lease; a write of a duty checks its term.
CREATE TABLE duties (
    name       text COLLATE "C" PRIMARY KEY,
    session_id uuid NOT NULL,
    node_id    text NOT NULL,
    term       bigint NOT NULL DEFAULT 1,
    since      timestamptz NOT NULL DEFAULT clock_timestamp(),
    ran_at     timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);

-- The lifecycle of DESIGN section 7 as a function of two states, so that the trigger and the tests read one table.
CREATE FUNCTION agent_transition_is_legal(from_state text, to_state text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (from_state, to_state) IN (
    ('inactive', 'initializing'),
    ('initializing', 'registering'), ('registering', 'configuring'), ('configuring', 'monitoring'),
    ('monitoring', 'active'),
    ('active', 'optimizing'), ('optimizing', 'active'),
    ('active', 'maintenance'), ('maintenance', 'active'),
    ('active', 'recovering'), ('recovering', 'active'), ('recovering', 'failed'),
    ('initializing', 'failed'), ('registering', 'failed'), ('configuring', 'failed'), ('monitoring', 'failed'),
    ('failed', 'recovering'), ('failed', 'quarantined'), ('failed', 'shutdown'),
    ('quarantined', 'initializing'), ('quarantined', 'shutdown'),
    ('initializing', 'shutdown'), ('registering', 'shutdown'), ('configuring', 'shutdown'),
    ('monitoring', 'shutdown'), ('active', 'shutdown'), ('optimizing', 'shutdown'),
    ('maintenance', 'shutdown'), ('recovering', 'shutdown'),
    ('shutdown', 'initializing'), ('shutdown', 'inactive'));

CREATE TABLE agents (
    organization_id  uuid NOT NULL,
    id               text COLLATE "C" NOT NULL CHECK (id ~ '^[a-z0-9][a-z0-9._-]{0,127}$'),
    kind             text COLLATE "C" NOT NULL CHECK (kind <> ''),
    category         text NOT NULL CHECK (category IN ('STRATEGIC', 'OPERATIONAL', 'SUPPORT')),
    description      text NOT NULL DEFAULT '',
    capabilities     text[] NOT NULL DEFAULT '{}',
    data_sources     text[] NOT NULL DEFAULT '{}',
    source           text NOT NULL CHECK (source IN ('code', 'file', 'plugin', 'http', 'slot')),
    spec             jsonb NOT NULL DEFAULT '{}',
    settings         jsonb NOT NULL DEFAULT '{}',
    group_name       text,
    state            text NOT NULL DEFAULT 'inactive' CHECK (state IN (
                         'inactive', 'initializing', 'registering', 'configuring', 'monitoring', 'active',
                         'optimizing', 'maintenance', 'recovering', 'failed', 'quarantined', 'shutdown')),
    state_since      timestamptz NOT NULL DEFAULT now(),
    cause            text NOT NULL DEFAULT '',
    desired          text NOT NULL DEFAULT 'running' CHECK (desired IN ('running', 'paused', 'maintenance', 'shutdown')),
    generation       bigint NOT NULL DEFAULT 0,
    quarantine_until timestamptz,
    quarantines      integer NOT NULL DEFAULT 0,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX agents_capabilities ON agents USING gin (capabilities);

CREATE FUNCTION agents_refuse_illegal_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT agent_transition_is_legal(OLD.state, NEW.state) THEN
        RAISE EXCEPTION 'agent % cannot go from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'MS001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agents_transition BEFORE UPDATE OF state ON agents
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
    EXECUTE FUNCTION agents_refuse_illegal_transition();

-- Who runs the agent (session of a node, or the token of an outside process), and its newest heartbeat. failing counts
-- the ticks of its own that have failed in a row, up to three; ticks and failures count attempts at tasks as well.
-- One guarded update a node and second; no index on anything that goes on changing, so that updates stay on the page.
CREATE TABLE agent_leases (
    organization_id  uuid NOT NULL,
    agent_id         text COLLATE "C" NOT NULL,
    fence            bigint NOT NULL DEFAULT 0,
    session_id       uuid,
    node_id          text,
    lease_token      uuid,
    leaving          boolean NOT NULL DEFAULT false,
    leased_at        timestamptz,
    beat_at          timestamptz,
    sequence         bigint NOT NULL DEFAULT 0,
    phase            text NOT NULL DEFAULT '',
    ticks            bigint NOT NULL DEFAULT 0,
    failures         bigint NOT NULL DEFAULT 0,
    restarts         bigint NOT NULL DEFAULT 0,
    abandoned        integer NOT NULL DEFAULT 0,
    failing          integer NOT NULL DEFAULT 0,
    items            bigint NOT NULL DEFAULT 0,
    last_duration_ms double precision,
    last_error       text,
    PRIMARY KEY (organization_id, agent_id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
-- Whose ticks fail. Nothing changes in it from the third failure on.
CREATE INDEX agent_leases_failing ON agent_leases (organization_id, agent_id) WHERE failing >= 2;

-- Heartbeat history: what happened since the heartbeat before (ticks, failures, time spent).
CREATE TABLE agent_heartbeats (
    organization_id uuid NOT NULL,
    agent_id        text COLLATE "C" NOT NULL,
    at              timestamptz NOT NULL,
    fence           bigint NOT NULL,
    sequence        bigint NOT NULL,
    phase           text NOT NULL,
    ticks           integer NOT NULL,
    failures        integer NOT NULL,
    items           bigint NOT NULL,
    busy_ms         double precision NOT NULL,
    max_ms          double precision NOT NULL,
    late_ms         double precision NOT NULL,
    abandoned       integer NOT NULL,
    minute          timestamptz NOT NULL GENERATED ALWAYS AS (date_bin('1 minute', at, '2000-01-01Z')) STORED
) PARTITION BY RANGE (at);
-- The minute before the agent, so that what is written at a time lies together. A column and not an expression: a
-- request would not get at it through row-level security, as date_bin is not leakproof.
CREATE INDEX agent_heartbeats_minute ON agent_heartbeats (organization_id, minute, agent_id);
CREATE INDEX agent_heartbeats_at ON agent_heartbeats USING brin (at) WITH (pages_per_range = 32, autosummarize = on);

-- A series is one (agent, name, labels); its rows carry only the number, so they stay narrow.
CREATE TABLE metric_series (
    organization_id uuid NOT NULL,
    series_id       bigint GENERATED ALWAYS AS IDENTITY,
    agent_id        text COLLATE "C" NOT NULL DEFAULT '',
    name            text COLLATE "C" NOT NULL,
    labels          jsonb NOT NULL DEFAULT '{}',
    unit            text NOT NULL DEFAULT '',
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, series_id)
);
CREATE UNIQUE INDEX metric_series_key ON metric_series (organization_id, agent_id, name, labels);

CREATE TABLE performance_metrics (
    organization_id uuid NOT NULL,
    series_id       bigint NOT NULL,
    at              timestamptz NOT NULL,
    value           double precision NOT NULL CHECK (value > '-Infinity' AND value < 'Infinity')
) PARTITION BY RANGE (at);
CREATE INDEX performance_metrics_at ON performance_metrics USING brin (at) WITH (pages_per_range = 32, autosummarize = on);

-- performance_metrics rolled up: one row a series and minute, one a series and hour.
CREATE TABLE agent_metrics_1m (
    organization_id uuid NOT NULL,
    series_id       bigint NOT NULL,
    bucket          timestamptz NOT NULL,
    count           bigint NOT NULL,
    sum             double precision NOT NULL,
    min             double precision NOT NULL,
    max             double precision NOT NULL,
    last            double precision NOT NULL,
    PRIMARY KEY (organization_id, series_id, bucket)
) PARTITION BY RANGE (bucket);
CREATE TABLE agent_metrics_1h (LIKE agent_metrics_1m INCLUDING ALL) PARTITION BY RANGE (bucket);

-- Buckets whose roll-up is due. Marked in the transaction that wrote the rows, so late points are rolled up too.
CREATE TABLE rollup_pending (
    width     text NOT NULL CHECK (width IN ('1m', '1h')),
    bucket    timestamptz NOT NULL,
    marked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (width, bucket)
) WITH (fillfactor = 50);

-- The newest batch each process has stored, so that a commit whose answer was lost is not stored twice.
CREATE TABLE telemetry_flushes (
    source     uuid PRIMARY KEY,
    sequence   bigint NOT NULL,
    flushed_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE TABLE system_events (
    organization_id uuid NOT NULL,
    at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    id              bigint GENERATED ALWAYS AS IDENTITY,
    type            text COLLATE "C" NOT NULL,
    severity        text NOT NULL CHECK (severity IN ('info', 'warning', 'critical', 'emergency')),
    agent_id        text COLLATE "C",
    node_id         text,
    cause           text NOT NULL DEFAULT '',
    detail          jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (organization_id, at, id)
) PARTITION BY RANGE (at);
-- What follows the log reads it by number: times may be late, and numbers become visible out of order.
CREATE INDEX system_events_id ON system_events (organization_id, id);
CREATE INDEX system_events_agent ON system_events (organization_id, agent_id, at) WHERE agent_id IS NOT NULL;

-- The newest health of an agent ('' = of a group, or without a group of the whole system); its history are the metrics
-- health.score and health.group.score. The parts of an agent's are computed when somebody looks at them.
CREATE TABLE agent_health (
    organization_id uuid NOT NULL,
    agent_id        text COLLATE "C" NOT NULL,
    at              timestamptz NOT NULL,
    score           double precision NOT NULL CHECK (score BETWEEN 0 AND 100),
    parts           json,
    group_name      text COLLATE "C" NOT NULL DEFAULT '',
    band            text NOT NULL DEFAULT 'healthy' CHECK (band IN ('healthy', 'degraded', 'unhealthy')),
    band_since      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (agent_id = '' OR group_name = ''),
    CHECK ((agent_id = '') = (parts IS NOT NULL)),
    PRIMARY KEY (organization_id, agent_id, group_name)
) WITH (fillfactor = 50);

-- One row whenever what a score is computed with beside the rows of its window changed, or its band: with it the score
-- of any moment can be computed again. basis is empty for groups and systems; not judged: nobody ran it, or it was held.
CREATE TABLE health_changes (
    organization_id uuid NOT NULL,
    agent_id        text COLLATE "C" NOT NULL,
    group_name      text COLLATE "C" NOT NULL DEFAULT '',
    at              timestamptz NOT NULL,
    judged          boolean NOT NULL,
    since           timestamptz NOT NULL,
    basis           json,
    band            text CHECK (band IN ('healthy', 'degraded', 'unhealthy')),
    PRIMARY KEY (organization_id, agent_id, group_name, at)
);

CREATE TABLE system_state (
    organization_id uuid NOT NULL,
    key             text COLLATE "C" NOT NULL CHECK (key <> '' AND length(key) <= 512),
    value           jsonb NOT NULL,
    version         bigint NOT NULL DEFAULT 1,
    updated_at      timestamptz NOT NULL DEFAULT now(),
    updated_by      text NOT NULL DEFAULT '',
    PRIMARY KEY (organization_id, key)
);

-- Row-level security: the engine works for all organizations, a request for the one it names.
DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['organizations', 'api_keys', 'agents', 'agent_leases', 'agent_heartbeats',
        'metric_series', 'performance_metrics', 'agent_metrics_1m', 'agent_metrics_1h', 'system_events',
        'agent_health', 'health_changes', 'system_state']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY engine ON %I TO ${engine} USING (true) WITH CHECK (true)', tenant);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', tenant);
        EXECUTE format($policy$CREATE POLICY organization ON %I TO ${api}
            USING (organization_id = (SELECT nullif(current_setting('mainstay.organization', true), '')::uuid))
            WITH CHECK (organization_id = (SELECT nullif(current_setting('mainstay.organization', true), '')::uuid))$policy$,
            tenant);
    END LOOP;
END $$;

-- What a person wants of an agent: the wish, the event that tells of it, and the owning node's notice, as one.
-- Runs as the owner because a request may not touch sessions; it sees only the request's organization.
-- Whoever runs the agent makes the steps that follow. One that nobody runs is never placed again once it is to be shut
-- down, so that step is made here. A person who restarts an agent takes its quarantines for answered; healing does not
-- know, and leaves it its back-off. What people want stands: of an agent that is not to run healing wants nothing, unless
-- the same episode stopped it and nobody has asked for anything since. Locks come in the order of all: sessions, agents,
-- leases.
CREATE FUNCTION agent_command(agent text, command text, reason text, actor text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = ${schema}, pg_temp AS $$
DECLARE
    tenant uuid := nullif(current_setting('mainstay.organization', true), '')::uuid;
    stood text;
    wanted text;
    lease agent_leases;
    ends_here boolean;
BEGIN
    IF command IS NULL OR command NOT IN ('pause', 'resume', 'maintenance', 'restart', 'shutdown') THEN
        RAISE EXCEPTION 'there is no command %', command USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM FROM node_sessions
    WHERE session_id = (SELECT session_id FROM agent_leases WHERE organization_id = tenant AND agent_id = agent)
    FOR NO KEY UPDATE;
    SELECT state, desired INTO stood, wanted
    FROM agents
    WHERE organization_id = tenant AND id = agent
    FOR NO KEY UPDATE;
    IF NOT FOUND OR starts_with(actor, 'recovery:') AND wanted <> 'running' AND actor IS DISTINCT FROM (
            SELECT detail ->> 'actor'
            FROM system_events
            WHERE organization_id = tenant AND agent_id = agent AND type = 'agent.commanded'
            ORDER BY at DESC
            LIMIT 1) THEN
        RETURN false;
    END IF;
    SELECT * INTO lease FROM agent_leases WHERE organization_id = tenant AND agent_id = agent FOR NO KEY UPDATE;
    ends_here := command = 'shutdown' AND lease.session_id IS NULL AND lease.lease_token IS NULL
        AND agent_transition_is_legal(stood, 'shutdown');
    UPDATE agents
    SET desired = CASE command WHEN 'pause' THEN 'paused' WHEN 'maintenance' THEN 'maintenance'
            WHEN 'shutdown' THEN 'shutdown' ELSE 'running' END,
        generation = generation + (command = 'restart')::integer,
        state = CASE WHEN ends_here THEN 'shutdown' ELSE state END,
        state_since = CASE WHEN ends_here THEN clock_timestamp() ELSE state_since END,
        cause = CASE WHEN ends_here THEN reason ELSE cause END,
        quarantine_until = CASE WHEN ends_here THEN NULL
            WHEN command IN ('restart', 'resume') AND state = 'quarantined' THEN clock_timestamp()
            ELSE quarantine_until END,
        quarantines = CASE WHEN command = 'restart' AND NOT coalesce(starts_with(actor, 'recovery:'), false) THEN 0
            ELSE quarantines END,
        updated_at = clock_timestamp()
    WHERE organization_id = tenant AND id = agent;
    INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
    VALUES (tenant, 'agent.commanded', 'info', agent, reason,
        jsonb_build_object('command', command, 'actor', actor));
    IF ends_here THEN
        INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
        VALUES (tenant, 'agent.transition', 'info', agent, reason,
            jsonb_build_object('from', stood, 'to', 'shutdown', 'fence', coalesce(lease.fence, 0)));
    END IF;
    UPDATE node_sessions
    SET assignment_version = assignment_version + 1
    WHERE session_id = lease.session_id;
    RETURN true;
END $$;

-- Removes an agent nobody wants or runs any more: 'removed', or why not ('unknown', 'slot', 'wanted', 'running'). What it
-- did stays until retention. Its lease stays too, emptied, so that its fence goes on growing should it come back.
CREATE FUNCTION agent_remove(agent text, reason text, actor text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = ${schema}, pg_temp AS $$
DECLARE
    tenant uuid := nullif(current_setting('mainstay.organization', true), '')::uuid;
    known agents;
    lease agent_leases;
BEGIN
    SELECT * INTO known FROM agents WHERE organization_id = tenant AND id = agent FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 'unknown';
    END IF;
    SELECT * INTO lease FROM agent_leases WHERE organization_id = tenant AND agent_id = agent FOR NO KEY UPDATE;
    IF known.source = 'slot' THEN
        RETURN 'slot';
    -- One from outside ends by itself, whatever people want of it.
    ELSIF known.desired <> 'shutdown' AND NOT (known.source = 'http' AND known.state = 'shutdown') THEN
        RETURN 'wanted';
    ELSIF known.state NOT IN ('shutdown', 'inactive') OR lease.session_id IS NOT NULL OR lease.lease_token IS NOT NULL THEN
        RETURN 'running';
    END IF;
    DELETE FROM agents WHERE organization_id = tenant AND id = agent;
    DELETE FROM agent_health WHERE organization_id = tenant AND agent_id = agent;
    UPDATE agent_leases
    SET fence = fence + 1, node_id = NULL, leaving = false, leased_at = NULL, beat_at = NULL, sequence = 0, phase = '',
        ticks = 0, failures = 0, restarts = 0, abandoned = 0, failing = 0, items = 0, last_duration_ms = NULL,
        last_error = NULL
    WHERE organization_id = tenant AND agent_id = agent;
    INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
    VALUES (tenant, 'agent.removed', 'info', agent, reason,
        jsonb_build_object('actor', actor, 'kind', known.kind, 'source', known.source));
    RETURN 'removed';
END $$;

-- Asks a living node to hand its agents to the others: 'draining', or why not: 'unknown', or 'last' when no other living
-- node would take them and that is not forced. Asking again changes nothing. Nodes serve all organizations; the event
-- goes to the one that asked. Two that drain at one time take turns, or each would count on the other's node.
CREATE FUNCTION node_drain(node text, reason text, actor text, forced boolean) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = ${schema}, pg_temp AS $$
BEGIN
    PERFORM FROM node_sessions WHERE ended_at IS NULL ORDER BY session_id FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT FROM node_sessions WHERE node_id = node AND ended_at IS NULL) THEN
        RETURN 'unknown';
    ELSIF EXISTS (SELECT FROM node_sessions WHERE node_id = node AND ended_at IS NULL AND draining) THEN
        RETURN 'draining';
    ELSIF NOT forced AND NOT EXISTS (
        SELECT FROM node_sessions
        WHERE node_id <> node AND ended_at IS NULL AND NOT draining AND expires_at > clock_timestamp())
    THEN
        RETURN 'last';
    END IF;
    UPDATE node_sessions
    SET draining = true, assignment_version = assignment_version + 1
    WHERE node_id = node AND ended_at IS NULL;
    INSERT INTO system_events (organization_id, type, severity, node_id, cause, detail)
    VALUES (nullif(current_setting('mainstay.organization', true), '')::uuid, 'node.draining', 'info', node,
        reason, jsonb_build_object('actor', actor));
    RETURN 'draining';
END $$;

-- Takes that back; false when there is no living node of that name. Asking again changes nothing.
CREATE FUNCTION node_undrain(node text, reason text, actor text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = ${schema}, pg_temp AS $$
BEGIN
    UPDATE node_sessions
    SET draining = false, assignment_version = assignment_version + 1
    WHERE node_id = node AND ended_at IS NULL AND draining;
    IF FOUND THEN
        INSERT INTO system_events (organization_id, type, severity, node_id, cause, detail)
        VALUES (nullif(current_setting('mainstay.organization', true), '')::uuid, 'node.undrained', 'info', node,
            reason, jsonb_build_object('actor', actor));
        RETURN true;
    END IF;
    RETURN EXISTS (SELECT FROM node_sessions WHERE node_id = node AND ended_at IS NULL);
END $$;

-- A key that works now. A caller's organization is known only afterwards, so this is the one look across all of them;
-- it needs the key's whole random name, and the hash it gives is of no use for making a key.
CREATE FUNCTION key_lookup(key text)
    RETURNS TABLE (organization_id uuid, name text, role text, secret_hash bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ${schema}, pg_temp AS $$
    SELECT organization_id, name, role, secret_hash
    FROM api_keys
    WHERE id = key
        AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > clock_timestamp())
$$;

GRANT USAGE ON SCHEMA ${schema} TO ${engine}, ${api};
GRANT SELECT, INSERT, UPDATE, DELETE ON
    agents, agent_leases, metric_series, agent_health, health_changes, system_state, node_sessions, duties, rollup_pending,
    telemetry_flushes, api_keys
    TO ${engine};
GRANT SELECT, INSERT ON agent_heartbeats, performance_metrics, system_events TO ${engine};
GRANT SELECT, INSERT, UPDATE ON agent_metrics_1m, agent_metrics_1h TO ${engine};
GRANT SELECT ON organizations TO ${engine};
GRANT SELECT ON
    organizations, agents, agent_leases, agent_heartbeats, metric_series, performance_metrics,
    agent_metrics_1m, agent_metrics_1h, system_events, agent_health, health_changes, system_state, node_sessions, duties
    TO ${api};
REVOKE EXECUTE ON FUNCTION agent_command, agent_remove, node_drain, node_undrain, key_lookup FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agent_command TO ${api}, ${engine};
GRANT EXECUTE ON FUNCTION agent_remove, node_drain, node_undrain, key_lookup TO ${api};
GRANT INSERT ON system_events TO ${api};
-- An agent from outside registers and reports by requests.
GRANT INSERT (organization_id, id, kind, category, source, spec),
    UPDATE (kind, category, description, capabilities, data_sources, source, spec, group_name, updated_at, state,
        state_since, cause, quarantine_until)
    ON agents TO ${api};
GRANT INSERT (organization_id, agent_id, fence, lease_token, leased_at, phase),
    UPDATE (fence, session_id, node_id, lease_token, leaving, leased_at, beat_at, sequence, phase, ticks, failures,
        items, last_duration_ms, last_error)
    ON agent_leases TO ${api};
GRANT INSERT ON agent_heartbeats, metric_series, performance_metrics TO ${api};
GRANT SELECT, INSERT, UPDATE (marked_at) ON rollup_pending TO ${api};
GRANT INSERT, UPDATE, DELETE ON system_state TO ${api};
GRANT SELECT (organization_id, id, name, role, created_at, expires_at, revoked_at), INSERT, UPDATE (revoked_at)
    ON api_keys TO ${api};

-- The engine tells from it, without the owner's password, whether the schema is the one it knows.
GRANT SELECT ON flyway_schema_history TO ${engine};

-- Partitions: made ahead and dropped by age. The engine may do both, but only through these functions, which run as the
-- owner; it cannot create or drop a table itself. Days and months are those of UTC, wherever the session is.
CREATE FUNCTION partitioned_tables() RETURNS TABLE (name text, key text, width text, kept text, storage text)
    LANGUAGE sql IMMUTABLE
    SET search_path = ${schema}, pg_temp
AS $$
    VALUES ('agent_heartbeats', 'at', 'day', 'false', 'fillfactor = 100'),
           ('performance_metrics', 'at', 'day', 'false', 'fillfactor = 100'),
           ('agent_metrics_1m', 'bucket', 'day', 'false', 'fillfactor = 100'),
           ('agent_metrics_1h', 'bucket', 'month', 'false', 'fillfactor = 100'),
           ('system_events', 'at', 'day', 'false', 'fillfactor = 100')
$$;

-- A moment as a bound of the partition key: itself, its microseconds since 1970, or the lowest UUIDv7 of its millisecond.
CREATE FUNCTION partition_bound(parent text, key text, moment timestamptz) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = ${schema}, pg_temp
    SET timezone = 'UTC'
AS $$
    SELECT CASE format_type(atttypid, NULL)
        WHEN 'uuid' THEN rpad(lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0'), 32, '0')::uuid::text
        WHEN 'bigint' THEN (extract(epoch FROM moment) * 1000000)::bigint::text
        ELSE moment::text END
    FROM pg_attribute
    WHERE attrelid = to_regclass(parent) AND attname = key
$$;

-- The partition of the day or month that holds the given moment.
CREATE FUNCTION partition_name(parent text, width text, moment timestamptz) RETURNS text
    LANGUAGE sql STABLE
    SET timezone = 'UTC'
RETURN parent || to_char(moment, CASE width WHEN 'day' THEN '_YYYYMMDD' ELSE '_YYYYMM' END);

-- Makes the partition that holds the given moment; false when there is one. Rows that came before their partition are
-- taken out of the default partition. Attaching, unlike creating in place, does not stop who writes to the table.
CREATE FUNCTION partition_create(parent text, moment timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = ${schema}, pg_temp
    SET timezone = 'UTC'
    SET lock_timeout = '1s'
AS $$
DECLARE
    known record;
    day timestamptz;
    starts text;
    ends text;
    part text;
    given text;
BEGIN
    SELECT * INTO STRICT known FROM partitioned_tables() WHERE name = parent;
    day := date_trunc(known.width, moment);
    starts := partition_bound(parent, known.key, day);
    ends := partition_bound(parent, known.key, day + ('1 ' || known.width)::interval);
    part := partition_name(parent, known.width, day);
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent || '_default');
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL EXCLUDING IDENTITY) WITH (%s)', part, parent, known.storage);
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO given
    FROM pg_attribute
    WHERE attrelid = part::regclass AND attnum > 0 AND attgenerated = '';
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= %L AND %I < %L RETURNING %s) INSERT INTO %I (%s) SELECT %s FROM moved',
        parent, known.key, starts, known.key, ends, given, part, given, given);
    IF parent IN ('performance_metrics', 'agent_heartbeats') THEN
        -- The engine copies rows straight into the day they belong to, which PostgreSQL does not do under row-level
        -- security. Requests have no right on any partition; they come through the parent and its policies.
        EXECUTE format('GRANT INSERT ON %I TO ${engine}', part);
    ELSE
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
    END IF;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, starts, ends);
    RETURN true;
END $$;

-- Drops the oldest partition that ended before the given moment and names it; null when none did, and then what is as
-- old in the default partition is deleted. Rows that a table keeps whatever their age move to the default partition.
-- One at a time, so that a reader in the way delays one and not all.
CREATE FUNCTION partition_drop(parent text, moment timestamptz) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = ${schema}, pg_temp
    SET timezone = 'UTC'
    SET lock_timeout = '1s'
AS $$
DECLARE
    known record;
    boundary timestamptz;
    oldest text;
BEGIN
    SELECT * INTO STRICT known FROM partitioned_tables() WHERE name = parent;
    IF moment > now() THEN
        RAISE EXCEPTION 'partitions of % are dropped for being old, and % is in the future', parent, moment;
    END IF;
    boundary := date_trunc(known.width, moment);
    SELECT min(c.relname) INTO oldest
    FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = to_regclass(parent)
      AND c.relname ~ '_[0-9]+$'
      AND c.relname < partition_name(parent, known.width, boundary) COLLATE "C";
    IF oldest IS NULL THEN
        EXECUTE format('DELETE FROM %I AS old WHERE %I < %L AND NOT (%s)', parent, known.key,
            partition_bound(parent, known.key, boundary), known.kept);
    ELSE
        EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, oldest);
        -- Alone it has no policies, and would show its rows to nobody but a superuser.
        EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', oldest);
        IF known.kept <> 'false' THEN
            EXECUTE format('INSERT INTO %I SELECT * FROM %I AS old WHERE %s', parent, oldest, known.kept);
        END IF;
        EXECUTE format('DROP TABLE %I', oldest);
    END IF;
    RETURN oldest;
END $$;

-- What must be done before a table's rows from before the given moment go, a bounded piece a call; true when there may be
-- more. It takes no lock of the table, so it may go on for long while others write.
CREATE FUNCTION partition_leave(parent text, moment timestamptz) RETURNS boolean
    LANGUAGE sql VOLATILE
    SET search_path = ${schema}, pg_temp
RETURN false;

DO $$
DECLARE
    parent text;
    part text;
BEGIN
    FOR parent IN SELECT name FROM partitioned_tables() LOOP
        part := parent || '_default';
        EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', part, parent);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
    END LOOP;
END $$;

REVOKE EXECUTE ON FUNCTION partition_create(text, timestamptz), partition_drop(text, timestamptz),
    partition_leave(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION partition_create(text, timestamptz), partition_drop(text, timestamptz),
    partition_leave(text, timestamptz) TO ${engine};
