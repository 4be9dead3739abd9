-- Messages: one log an organization, written once and never changed, and for each consumer group where it stands in it.
-- What a group has in hand, waits to try again, or gave up stands in rows of its own; all others cost nothing but reading.

-- The last position given. Whoever stores messages holds this row until the commit, so that messages become visible in
-- the order of their positions and a reader that has seen one has missed none before it.
CREATE TABLE message_logs (
    organization_id uuid PRIMARY KEY,
    head            bigint NOT NULL
) WITH (fillfactor = 50);

-- position is the time of storing in microseconds since 1970, pushed up where two would be equal: an order and a time in
-- one, and the day of its partition. channel is a name, '@' and an agent, '@*' for all agents, or '@reply.' and a node.
CREATE TABLE messages (
    organization_id uuid NOT NULL,
    position        bigint NOT NULL,
    id              uuid NOT NULL,
    channel         text COLLATE "C" NOT NULL,
    priority        smallint NOT NULL DEFAULT 2 CHECK (priority BETWEEN 0 AND 3),
    sender          text,
    routing_key     text COLLATE "C" NOT NULL DEFAULT '',
    correlation_id  text,
    reply_to        text,
    expires_at      timestamptz,
    headers         jsonb,
    body            jsonb NOT NULL,
    PRIMARY KEY (organization_id, position)
) PARTITION BY RANGE (position);
CREATE INDEX messages_channel ON messages (organization_id, channel, priority, position);
CREATE INDEX messages_thread ON messages (organization_id, correlation_id, position) WHERE correlation_id IS NOT NULL;

-- Messages published in transactions of others: they wait for no lock there, and get their position once committed.
CREATE TABLE message_outbox (
    organization_id uuid NOT NULL,
    seq             bigint GENERATED ALWAYS AS IDENTITY,
    id              uuid NOT NULL,
    channel         text COLLATE "C" NOT NULL,
    priority        smallint NOT NULL CHECK (priority BETWEEN 0 AND 3),
    sender          text,
    routing_key     text COLLATE "C" NOT NULL,
    correlation_id  text,
    reply_to        text,
    expires_at      timestamptz,
    headers         jsonb,
    body            jsonb NOT NULL,
    PRIMARY KEY (organization_id, seq)
);

-- What a group wants and how far it has read, per priority (critical first). missed counts what it had not read on its
-- channels, whatever the keys, when the retention was over; missed_told is what of it an event has told.
CREATE TABLE message_groups (
    organization_id uuid NOT NULL,
    name            text COLLATE "C" NOT NULL,
    channels        text[] NOT NULL CHECK (cardinality(channels) > 0),
    keys            text NOT NULL,
    keys_regex      text,
    filter          text,
    filter_path     jsonpath,
    ordered         boolean NOT NULL,
    max_attempts    integer NOT NULL CHECK (max_attempts > 0),
    retry_first     interval NOT NULL DEFAULT '1 s',
    retry_longest   interval NOT NULL DEFAULT '10 min',
    retry_jitter    double precision NOT NULL DEFAULT 0.2,
    ack_within      interval NOT NULL,
    positions       bigint[] NOT NULL CHECK (cardinality(positions) = 4),
    missed          bigint NOT NULL DEFAULT 0,
    missed_told     bigint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organization_id, name)
) WITH (fillfactor = 50);

-- One row a batch in hand: the lease of all its messages. Settling takes them out, and with the last one the row;
-- rescuing deletes it. attempts is how often each of them was tried before.
CREATE TABLE message_claims (
    organization_id uuid NOT NULL,
    lease_token     uuid NOT NULL,
    group_name      text COLLATE "C" NOT NULL,
    session_id      uuid NOT NULL,
    consumer        uuid NOT NULL,
    attempts        integer NOT NULL,
    claimed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at      timestamptz NOT NULL,
    positions       bigint[] NOT NULL,
    senders         text[] NOT NULL,
    PRIMARY KEY (organization_id, lease_token)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 1);
CREATE INDEX message_claims_group ON message_claims (organization_id, group_name);

-- What a group has read and must still handle: messages that wait to be tried again, and those behind them of the same
-- sender. sender is null where no order is kept. A suspect is one that was in hand when its consumer died.
CREATE TABLE message_waiting (
    organization_id uuid NOT NULL,
    group_name      text COLLATE "C" NOT NULL,
    position        bigint NOT NULL,
    sender          text,
    attempts        integer NOT NULL,
    suspect         boolean NOT NULL DEFAULT false,
    due_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at      timestamptz,
    error           text,
    PRIMARY KEY (organization_id, group_name, position)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 1);
CREATE INDEX message_waiting_position ON message_waiting (organization_id, position);

CREATE TABLE message_dead_letters (
    organization_id uuid NOT NULL,
    group_name      text COLLATE "C" NOT NULL,
    position        bigint NOT NULL,
    attempts        integer NOT NULL,
    reason          text NOT NULL,
    died_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organization_id, group_name, position)
);
CREATE INDEX message_dead_letters_position ON message_dead_letters (organization_id, position);

CREATE OR REPLACE FUNCTION partitioned_tables()
    RETURNS TABLE (name text, key text, width text, kept text, storage text)
    LANGUAGE sql IMMUTABLE
    SET search_path = ${schema}, pg_temp
AS $$
    VALUES ('agent_heartbeats', 'at', 'day', 'false', 'fillfactor = 100'),
           ('performance_metrics', 'at', 'day', 'false', 'fillfactor = 100'),
           ('agent_metrics_1m', 'bucket', 'day', 'false', 'fillfactor = 100'),
           ('agent_metrics_1h', 'bucket', 'month', 'false', 'fillfactor = 100'),
           ('system_events', 'at', 'day', 'false', 'fillfactor = 100'),
           ('tasks', 'id', 'day', 'old.state = ''open''', 'fillfactor = 45'),
           ('task_steps', 'task_id', 'day', 'EXISTS (SELECT FROM tasks WHERE tasks.organization_id = '
               'old.organization_id AND tasks.id = old.task_id AND tasks.state = ''open'')',
               'fillfactor = 100, toast_tuple_target = 8160'),
           ('task_attempts', 'task_id', 'day', 'EXISTS (SELECT FROM tasks WHERE tasks.organization_id = '
               'old.organization_id AND tasks.id = old.task_id AND tasks.state = ''open'')', 'fillfactor = 100'),
           ('messages', 'position', 'day', '(old.organization_id, old.position) IN ('
               'SELECT organization_id, position FROM message_waiting '
               'UNION ALL SELECT organization_id, position FROM message_dead_letters '
               'UNION ALL SELECT organization_id, unnest(positions) FROM message_claims)', 'fillfactor = 100')
$$;

CREATE TABLE messages_default PARTITION OF messages DEFAULT;
ALTER TABLE messages_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE messages_default FORCE ROW LEVEL SECURITY;

DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['message_logs', 'messages', 'message_outbox', 'message_groups', 'message_claims',
        'message_waiting', 'message_dead_letters']
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
REVOKE UPDATE, DELETE ON messages FROM ${engine}, ${api};

-- A moment as a position.
CREATE FUNCTION message_position(moment timestamptz) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (extract(epoch FROM moment) * 1000000)::bigint;

-- Takes a group past what is older than a moment and counts what it could still have been given of it: so many messages
-- a call at most, so that no call takes long. Told is the sum, once the group is through. True when there may be more.
CREATE FUNCTION messages_pass(moment timestamptz, most integer) RETURNS boolean
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    last_one bigint := message_position(moment) - 1;
    passing message_groups;
    left_over integer := most;
    seen integer;
    alive integer;
    upto bigint;
BEGIN
    SELECT * INTO passing
    FROM message_groups
    WHERE least(positions[1], positions[2], positions[3], positions[4]) < last_one
    LIMIT 1
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    FOR place IN 1..4 LOOP
        CONTINUE WHEN passing.positions[place] >= last_one;
        EXIT WHEN left_over = 0;
        SELECT count(*), count(*) FILTER (WHERE expires_at IS NULL OR expires_at > clock_timestamp()), max(position)
        INTO seen, alive, upto
        FROM (
            SELECT old.*
            FROM unnest(passing.channels) AS wanted (channel)
            CROSS JOIN LATERAL (
                SELECT position, expires_at
                FROM messages
                WHERE organization_id = passing.organization_id AND channel = wanted.channel AND priority = place - 1
                    AND position > passing.positions[place] AND position <= last_one
                ORDER BY position
                LIMIT left_over) AS old
            ORDER BY old.position
            LIMIT left_over) AS unread;
        passing.positions[place] := CASE WHEN seen = left_over THEN upto ELSE last_one END;
        passing.missed := passing.missed + alive;
        left_over := left_over - seen;
    END LOOP;
    IF last_one <= ALL (passing.positions) AND passing.missed > passing.missed_told THEN
        INSERT INTO system_events (organization_id, type, severity, cause, detail)
        VALUES (passing.organization_id, 'message.missed', 'warning', 'not read before the retention was over',
            jsonb_build_object('group', passing.name, 'messages', passing.missed - passing.missed_told));
        passing.missed_told := passing.missed;
    END IF;
    UPDATE message_groups
    SET positions = passing.positions, missed = passing.missed, missed_told = passing.missed_told
    WHERE organization_id = passing.organization_id AND name = passing.name;
    RETURN true;
END $$;

-- Groups are taken past what is going to be dropped while it is still there and nobody has to wait for it.
CREATE OR REPLACE FUNCTION partition_leave(parent text, moment timestamptz) RETURNS boolean
    LANGUAGE sql VOLATILE
    SET search_path = ${schema}, pg_temp
RETURN CASE WHEN parent = 'messages' THEN messages_pass(date_trunc('day', moment, 'UTC'), 10000) ELSE false END;

-- Takes positions for so many messages and returns the one before the first; whoever asks next waits for the commit.
CREATE FUNCTION message_positions(tenant uuid, wanted integer) RETURNS bigint
    LANGUAGE sql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
    INSERT INTO message_logs AS log (organization_id, head)
    VALUES (tenant, message_position(clock_timestamp()) + wanted)
    ON CONFLICT (organization_id) DO UPDATE
    SET head = greatest(log.head, message_position(clock_timestamp())) + wanted
    RETURNING head - wanted
$$;

-- Gives positions to what transactions of others have committed; the channels of it.
CREATE FUNCTION messages_collect(tenant uuid) RETURNS SETOF text
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    before_first bigint;
    many integer;
BEGIN
    SELECT count(*) INTO many FROM message_outbox WHERE organization_id = tenant;
    IF many = 0 THEN
        RETURN;
    END IF;
    before_first := message_positions(tenant, many);
    RETURN QUERY
        WITH taken AS (
            DELETE FROM message_outbox
            WHERE organization_id = tenant AND seq IN (
                SELECT seq FROM message_outbox WHERE organization_id = tenant ORDER BY seq LIMIT many)
            RETURNING *),
        stored AS (
            INSERT INTO messages (organization_id, position, id, channel, priority, sender, routing_key, correlation_id,
                reply_to, expires_at, headers, body)
            SELECT organization_id, before_first + row_number() OVER (ORDER BY seq), id, channel, priority, sender,
                routing_key, correlation_id, reply_to, expires_at, headers, body
            FROM taken
            RETURNING channel)
        SELECT DISTINCT channel FROM stored;
END $$;

-- Whether a group has something to do now.
CREATE FUNCTION message_group_is_ready(tenant uuid, of_group text) RETURNS boolean
    LANGUAGE sql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
    SELECT EXISTS (
            SELECT FROM message_waiting
            WHERE organization_id = tenant AND group_name = of_group AND due_at <= clock_timestamp())
        OR EXISTS (
            SELECT FROM message_groups reading
            CROSS JOIN LATERAL unnest(reading.channels) AS wanted (channel)
            CROSS JOIN LATERAL unnest(reading.positions) WITH ORDINALITY AS reached (position, place)
            CROSS JOIN LATERAL (
                SELECT FROM messages
                WHERE organization_id = tenant AND channel = wanted.channel AND priority = reached.place - 1
                    AND position > reached.position
                LIMIT 1) AS fresh
            WHERE reading.organization_id = tenant AND reading.name = of_group)
$$;

-- Puts the next messages of a group in one consumer's hand, under one lease. What waited comes first, then by priority,
-- then by position. A sender's messages go to one consumer at a time, and those behind one that waits wait as well. A
-- suspect comes alone. A claim that a crash of the database undoes is claimed again, so its commit waits for no disk.
CREATE FUNCTION message_claim(
        tenant uuid, of_group text, token uuid, by_session uuid, by_consumer uuid, most integer,
        OUT tried integer, OUT chosen bigint[])
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    reading message_groups;
    busy text[];
    reached bigint[];
    theirs text[];
BEGIN
    IF most < 1 OR NOT message_group_is_ready(tenant, of_group) THEN
        RETURN;
    END IF;
    PERFORM set_config('synchronous_commit', 'off', true);
    SELECT * INTO reading FROM message_groups WHERE organization_id = tenant AND name = of_group FOR UPDATE;
    PERFORM FROM node_sessions
    WHERE session_id = by_session AND ended_at IS NULL AND expires_at > clock_timestamp();
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT coalesce(array_agg(DISTINCT sender), '{}') INTO busy
    FROM message_claims claim CROSS JOIN LATERAL unnest(claim.senders) AS sender
    WHERE claim.organization_id = tenant AND claim.group_name = of_group AND claim.consumer <> by_consumer;
    SELECT attempts, positions, senders INTO tried, chosen, theirs
    FROM message_take_waiting(tenant, of_group, busy, most);
    IF chosen IS NULL THEN
        tried := 0;
        SELECT positions, senders, reached_now INTO chosen, theirs, reached
        FROM message_take_fresh(reading, busy, most);
        IF reached <> reading.positions THEN
            UPDATE message_groups SET positions = reached WHERE organization_id = tenant AND name = of_group;
        END IF;
    END IF;
    IF cardinality(chosen) > 0 THEN
        INSERT INTO message_claims (organization_id, lease_token, group_name, session_id, consumer, attempts,
            expires_at, positions, senders)
        VALUES (tenant, token, of_group, by_session, by_consumer, tried, clock_timestamp() + reading.ack_within, chosen,
            coalesce(theirs, '{}'));
    END IF;
END $$;

-- Takes out of what waits: all tried equally often, none before an earlier one of its sender; nulls when nothing may go.
CREATE FUNCTION message_take_waiting(tenant uuid, of_group text, busy text[], most integer,
        OUT attempts integer, OUT positions bigint[], OUT senders text[])
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    lead message_waiting;
BEGIN
    DELETE FROM message_waiting WHERE organization_id = tenant AND group_name = of_group AND expires_at <= moment;
    SELECT waiting.* INTO lead
    FROM (
        SELECT *, bool_and(due_at <= moment)
            OVER (PARTITION BY sender, CASE WHEN sender IS NULL THEN position END ORDER BY position) AS is_due
        FROM message_waiting
        WHERE organization_id = tenant AND group_name = of_group) AS waiting
    WHERE is_due AND (sender IS NULL OR sender <> ALL (busy))
    ORDER BY position
    LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    attempts := lead.attempts;
    IF lead.suspect THEN
        positions := ARRAY[lead.position];
    ELSE
        SELECT array_agg(position) INTO positions
        FROM (
            SELECT position
            FROM (
                SELECT position, sender, bool_and(due_at <= moment AND NOT suspect AND waiting.attempts = lead.attempts)
                    OVER (PARTITION BY sender, CASE WHEN sender IS NULL THEN position END ORDER BY position) AS may_go
                FROM message_waiting waiting
                WHERE organization_id = tenant AND group_name = of_group) AS judged
            WHERE may_go AND (sender IS NULL OR sender <> ALL (busy))
            ORDER BY position
            LIMIT most) AS taken;
    END IF;
    WITH taken AS (
        DELETE FROM message_waiting
        WHERE organization_id = tenant AND group_name = of_group AND position = ANY (positions)
        RETURNING sender)
    SELECT array_agg(DISTINCT sender) FILTER (WHERE sender IS NOT NULL) INTO senders FROM taken;
END $$;

-- Reads on in the log, the most urgent first. Messages of senders who are busy or waiting step aside when others are
-- behind them, until 10,000 have.
CREATE FUNCTION message_take_fresh(reading message_groups, busy text[], most integer,
        OUT positions bigint[], OUT senders text[], OUT reached_now bigint[])
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    page integer := most;
    aside CONSTANT integer := 10000;
    newest bigint := (SELECT head FROM message_logs WHERE organization_id = reading.organization_id);
    waiting text[];
    stepped_aside integer;
    seen integer;
    last_seen bigint;
    free bigint[];
    free_senders text[];
    held bigint[];
    is_waiting boolean;
    upto bigint;
BEGIN
    positions := '{}';
    senders := '{}';
    reached_now := reading.positions;
    SELECT coalesce(array_agg(DISTINCT sender) FILTER (WHERE sender IS NOT NULL), '{}'), count(*)
    INTO waiting, stepped_aside
    FROM message_waiting WHERE organization_id = reading.organization_id AND group_name = reading.name;
    IF cardinality(busy) + cardinality(waiting) > 0 THEN
        page := greatest(most, 1000);
    END IF;
    FOR urgency IN 0..3 LOOP
        EXIT WHEN cardinality(positions) >= most;
        WITH raw AS MATERIALIZED (
            SELECT fresh.*
            FROM unnest(reading.channels) AS wanted (channel)
            CROSS JOIN LATERAL (
                SELECT position, CASE WHEN reading.ordered THEN sender END AS sender,
                    message_is_wanted(reading, message) AS is_wanted
                FROM messages AS message
                WHERE organization_id = reading.organization_id AND channel = wanted.channel AND priority = urgency
                    AND position > reading.positions[urgency + 1]
                ORDER BY position
                LIMIT page) AS fresh
            ORDER BY fresh.position
            LIMIT page),
        judged AS (
            SELECT position, sender, is_wanted, sender = ANY (waiting) AS is_waiting,
                coalesce(sender = ANY (busy) OR sender = ANY (waiting), false) AS is_held
            FROM raw)
        SELECT count(*), max(position),
            coalesce((array_agg(position ORDER BY position) FILTER (WHERE is_wanted AND NOT is_held))
                [1:most - cardinality(positions)], '{}'),
            coalesce(array_agg(position ORDER BY position) FILTER (WHERE is_wanted AND is_held), '{}'),
            coalesce(bool_or(is_wanted AND judged.is_waiting), false),
            array_agg(DISTINCT sender) FILTER (WHERE is_wanted AND NOT is_held AND sender IS NOT NULL)
        INTO seen, last_seen, free, held, is_waiting, free_senders
        FROM judged;
        CONTINUE WHEN seen = 0;
        upto := CASE
            WHEN cardinality(free) = most - cardinality(positions) THEN free[cardinality(free)]
            WHEN seen = page AND (cardinality(free) > 0 OR is_waiting) THEN last_seen
            ELSE (SELECT coalesce(min(position) - 1, CASE WHEN seen = page THEN last_seen ELSE greatest(newest, last_seen) END)
                  FROM unnest(held) AS position
                  WHERE position > coalesce(free[cardinality(free)], 0))
            END;
        IF stepped_aside + cardinality(held) > aside AND held[1] <= upto THEN
            upto := held[1] - 1;
            free := ARRAY(SELECT position FROM unnest(free) AS position WHERE position <= upto);
        END IF;
        INSERT INTO message_waiting (organization_id, group_name, position, sender, attempts, expires_at)
        SELECT organization_id, reading.name, position, sender, 0, expires_at
        FROM messages
        WHERE organization_id = reading.organization_id
            AND position IN (SELECT held_back FROM unnest(held) AS held_back WHERE held_back <= upto)
        ON CONFLICT DO NOTHING;
        positions := positions || free;
        senders := senders || free_senders;
        reached_now[urgency + 1] := greatest(upto, reached_now[urgency + 1]);
    END LOOP;
END $$;

-- A routing key with a dot before each word, so that a pattern is a row of such words.
CREATE FUNCTION message_key_words(routing_key text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN routing_key = '' THEN '' ELSE '.' || routing_key END;

CREATE FUNCTION message_passes(fresh messages, filter_path jsonpath) RETURNS boolean
    LANGUAGE sql IMMUTABLE
RETURN coalesce(jsonb_path_match(
    jsonb_build_object('body', fresh.body, 'headers', coalesce(fresh.headers, '{}')), filter_path, '{}', true), false);

CREATE FUNCTION message_is_wanted(reading message_groups, fresh messages) RETURNS boolean
    LANGUAGE sql VOLATILE
RETURN (fresh.expires_at IS NULL OR fresh.expires_at > clock_timestamp())
    AND (reading.keys_regex IS NULL OR message_key_words(fresh.routing_key) ~ reading.keys_regex)
    AND (reading.filter_path IS NULL OR message_passes(fresh, reading.filter_path));

-- Says how messages in hand ended: acked, retry (after so many seconds), returned (untouched), dead. Returns the leases
-- that were lost; of their messages nothing was changed. The leases of the others begin anew. What a crash of the
-- database undoes is delivered again, so this commit waits for no disk either.
CREATE FUNCTION message_settle(
        tenant uuid, of_group text, tokens uuid[], at_positions bigint[], outcomes text[], delays double precision[],
        errors text[])
    RETURNS SETOF uuid
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    reading message_groups;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    SELECT * INTO reading FROM message_groups WHERE organization_id = tenant AND name = of_group;
    PERFORM FROM message_claims
    WHERE organization_id = tenant AND lease_token = ANY (tokens)
    ORDER BY lease_token
    FOR UPDATE;
    RETURN QUERY
        SELECT DISTINCT lease_token FROM unnest(tokens) AS told (lease_token)
        WHERE NOT EXISTS (
            SELECT FROM message_claims claim
            WHERE claim.organization_id = tenant AND claim.lease_token = told.lease_token);
    WITH told AS MATERIALIZED (
        SELECT told.*, claim.attempts
        FROM unnest(tokens, at_positions, outcomes, delays, errors)
            AS told (lease_token, position, outcome, delay, error)
        JOIN message_claims claim ON claim.organization_id = tenant AND claim.lease_token = told.lease_token
        WHERE told.position = ANY (claim.positions)),
    again AS (
        INSERT INTO message_waiting (organization_id, group_name, position, sender, attempts, due_at, expires_at, error)
        SELECT tenant, of_group, position, CASE WHEN reading.ordered THEN sender END,
            attempts + (outcome = 'retry')::integer, clock_timestamp() + make_interval(secs => delay), expires_at, error
        FROM told
        JOIN messages USING (position)
        WHERE organization_id = tenant AND outcome IN ('retry', 'returned')
        ON CONFLICT DO NOTHING),
    dead AS (
        INSERT INTO message_dead_letters (organization_id, group_name, position, attempts, reason)
        SELECT DISTINCT ON (position) tenant, of_group, position, attempts + 1, error FROM told WHERE outcome = 'dead'
        ON CONFLICT (organization_id, group_name, position) DO UPDATE
        SET attempts = excluded.attempts, reason = excluded.reason, died_at = excluded.died_at
        RETURNING *),
    told_of AS (
        INSERT INTO system_events (organization_id, type, severity, cause, detail)
        SELECT organization_id, 'message.dead', 'warning', reason,
            jsonb_build_object('group', group_name, 'position', position, 'attempts', attempts)
        FROM dead),
    remaining AS MATERIALIZED (
        SELECT claim.lease_token, ARRAY(
            SELECT position FROM unnest(claim.positions) AS position
            EXCEPT SELECT position FROM told WHERE told.lease_token = claim.lease_token) AS positions
        FROM message_claims claim
        WHERE claim.organization_id = tenant AND claim.lease_token = ANY (tokens)),
    over AS (
        DELETE FROM message_claims claim USING remaining
        WHERE claim.organization_id = tenant AND claim.lease_token = remaining.lease_token
            AND remaining.positions = '{}')
    UPDATE message_claims claim
    SET positions = remaining.positions, expires_at = clock_timestamp() + reading.ack_within
    FROM remaining
    WHERE claim.organization_id = tenant AND claim.lease_token = remaining.lease_token AND remaining.positions <> '{}';
END $$;

-- Frees what consumers held that are gone, of all groups; returns organization and group of each that has something
-- again. Each message may have been what killed them, so it is tried alone from now on, and dies with the last attempt;
-- but not one whose node said itself that it stops or was cut off, nor one that nobody could settle or renew because
-- the database was away.
CREATE FUNCTION messages_rescue() RETURNS TABLE (organization_id uuid, group_name text)
    LANGUAGE sql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
    WITH gone AS MATERIALIZED (
        SELECT claim.organization_id, claim.lease_token,
            coalesce(session.end_cause, '') NOT IN ('stopped', 'fenced', 'database was away')
                AND claim.expires_at > pg_postmaster_start_time() AS is_crash
        FROM message_claims claim
        LEFT JOIN node_sessions session USING (session_id)
        WHERE session.session_id IS NULL OR session.ended_at IS NOT NULL OR claim.expires_at <= clock_timestamp()
        FOR UPDATE OF claim SKIP LOCKED),
    lost AS MATERIALIZED (
        DELETE FROM message_claims claim
        USING gone
        WHERE claim.organization_id = gone.organization_id AND claim.lease_token = gone.lease_token
        RETURNING claim.*, gone.is_crash),
    freed AS MATERIALIZED (
        SELECT lost.organization_id, lost.group_name, held.position, lost.attempts + lost.is_crash::integer AS attempts,
            lost.is_crash, lost.is_crash AND lost.attempts + 1 >= reading.max_attempts AS is_dead,
            CASE WHEN reading.ordered THEN message.sender END AS sender, message.expires_at
        FROM lost
        CROSS JOIN LATERAL unnest(lost.positions) AS held (position)
        JOIN message_groups reading ON reading.organization_id = lost.organization_id AND reading.name = lost.group_name
        JOIN messages message ON message.organization_id = lost.organization_id AND message.position = held.position),
    again AS (
        INSERT INTO message_waiting (organization_id, group_name, position, sender, attempts, suspect, expires_at, error)
        SELECT organization_id, group_name, position, sender, attempts, is_crash, expires_at,
            CASE WHEN is_crash THEN 'its consumer died or did not settle it in time' END
        FROM freed
        WHERE NOT is_dead
        ON CONFLICT DO NOTHING),
    dead AS (
        INSERT INTO message_dead_letters (organization_id, group_name, position, attempts, reason)
        SELECT organization_id, group_name, position, attempts,
            'its consumer died or did not settle it in time, ' || attempts || ' attempts'
        FROM (SELECT DISTINCT ON (organization_id, group_name, position) * FROM freed WHERE is_dead) AS freed
        ON CONFLICT (organization_id, group_name, position) DO UPDATE
        SET attempts = excluded.attempts, reason = excluded.reason, died_at = excluded.died_at
        RETURNING *),
    told_of AS (
        INSERT INTO system_events (organization_id, type, severity, cause, detail)
        SELECT organization_id, 'message.dead', 'warning', reason,
            jsonb_build_object('group', group_name, 'position', position, 'attempts', attempts)
        FROM dead)
    SELECT DISTINCT freed.organization_id, freed.group_name FROM freed
$$;

-- Gives a dead letter to its group once more, as if it had never been tried; false when it is none.
CREATE FUNCTION message_redrive(tenant uuid, of_group text, at_position bigint) RETURNS boolean
    LANGUAGE sql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
    WITH dead AS (
        DELETE FROM message_dead_letters
        WHERE organization_id = tenant AND group_name = of_group AND position = at_position
        RETURNING position),
    again AS (
        INSERT INTO message_waiting (organization_id, group_name, position, sender, attempts)
        SELECT tenant, of_group, position, CASE WHEN reading.ordered THEN message.sender END, 0
        FROM dead
        JOIN messages message USING (position)
        JOIN message_groups reading ON reading.organization_id = tenant AND reading.name = of_group
        WHERE message.organization_id = tenant
        ON CONFLICT DO NOTHING)
    SELECT EXISTS (SELECT FROM dead)
$$;

-- Sets a group back or forward. What lies behind the new place is read anew, so it does not wait as well, and the leases
-- of what is in hand of it end; what was read before that place and is not handled yet stays to be.
CREATE FUNCTION message_seek(tenant uuid, of_group text, place bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    reading message_groups;
BEGIN
    UPDATE message_groups SET positions = array_fill(place, ARRAY[4])
    WHERE organization_id = tenant AND name = of_group
    RETURNING * INTO reading;
    WITH freed AS (
        DELETE FROM message_claims claim
        WHERE organization_id = tenant AND group_name = of_group
            AND EXISTS (SELECT FROM unnest(claim.positions) AS position WHERE position > place)
        RETURNING positions, attempts)
    INSERT INTO message_waiting (organization_id, group_name, position, sender, attempts, expires_at)
    SELECT tenant, of_group, position, CASE WHEN reading.ordered THEN sender END, attempts, expires_at
    FROM freed
    CROSS JOIN unnest(freed.positions) AS position
    JOIN messages USING (position)
    WHERE organization_id = tenant AND position <= place
    ON CONFLICT DO NOTHING;
    DELETE FROM message_waiting WHERE organization_id = tenant AND group_name = of_group AND position > place;
END $$;

REVOKE EXECUTE ON FUNCTION messages_rescue, messages_collect, messages_pass FROM PUBLIC;
GRANT EXECUTE ON FUNCTION messages_rescue, messages_collect, messages_pass TO ${engine};
