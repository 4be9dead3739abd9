-- Durable tasks. What a task is and what became of it stands in `tasks`, which is cold: written when it is enqueued and
-- when an attempt ends. Where an open task is at the moment is told by the one hot table it stands in: task_ready,
-- task_delayed, task_blocked, task_waits, or the array of a row in task_claims.

CREATE TABLE queues (
    organization_id uuid NOT NULL,
    name            text COLLATE "C" NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,127}$'),
    paused          boolean NOT NULL DEFAULT false,
    paused_reason   text,
    paused_by       text,
    paused_at       timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, name)
);

-- How much may run at once and start in a period; queue '' bounds the whole organization. Only limited queues have a
-- row, so that the others never wait for its lock. Healing lowers one for a while: lowered_from is the concurrency that
-- stood before (0 for none), and lowered_by who takes it back.
CREATE TABLE task_limits (
    organization_id uuid NOT NULL,
    queue           text COLLATE "C" NOT NULL,
    concurrency     integer CHECK (concurrency > 0),
    rate            integer CHECK (rate > 0),
    rate_seconds    double precision NOT NULL DEFAULT 1 CHECK (rate_seconds > 0),
    tokens          double precision NOT NULL DEFAULT 0,
    filled_at       timestamptz NOT NULL DEFAULT '-infinity',
    lowered_from    integer CHECK (lowered_from >= 0),
    lowered_by      text CHECK ((lowered_by IS NULL) = (lowered_from IS NULL)),
    PRIMARY KEY (organization_id, queue)
) WITH (fillfactor = 50);

-- What one claim looks at: the tasks of one type in one queue, under a short number.
CREATE TABLE task_lanes (
    organization_id uuid NOT NULL,
    lane_id         integer GENERATED ALWAYS AS IDENTITY,
    queue           text COLLATE "C" NOT NULL,
    type            text COLLATE "C" NOT NULL CHECK (type ~ '^[a-z0-9][a-z0-9._-]{0,127}$'),
    PRIMARY KEY (organization_id, lane_id)
);
CREATE UNIQUE INDEX task_lanes_name ON task_lanes (organization_id, queue, type);

-- The identifier is a UUIDv7 of the database's time, so the day of creation is in the key itself.
-- fence counts the attempts that ended without completing the task, and nothing else; an attempt runs with the next
-- higher one, which is its number wherever it is told, and every write of it names that. attempts counts those that
-- failed. links says what else the end of this task changes (1 unique key, 2 ordering, 4 parent, 8 dependents, 16 time
-- to live), so that the end of an ordinary one is one update; 32 that it began with the steps of another one.
CREATE TABLE tasks (
    organization_id  uuid NOT NULL,
    id               uuid NOT NULL,
    lane_id          integer NOT NULL,
    priority         smallint NOT NULL DEFAULT 2 CHECK (priority BETWEEN 0 AND 3),
    state            text NOT NULL DEFAULT 'open'
                         CHECK (state IN ('open', 'completed', 'dead', 'cancelled', 'expired')),
    links            smallint NOT NULL DEFAULT 0,
    fence            bigint NOT NULL DEFAULT 0,
    attempts         integer NOT NULL DEFAULT 0,
    crashes          smallint NOT NULL DEFAULT 0,
    payload          jsonb NOT NULL,
    max_attempts     integer CHECK (max_attempts > 0),
    tags             text[],
    parent_id        uuid,
    needed_ids       uuid[],
    unique_key       text,
    ordering_key     text,
    actor            text,
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at       timestamptz,
    cancel_reason    text,
    progress         real CHECK (progress BETWEEN 0 AND 1),
    progress_message text,
    worker           text,
    started_at       timestamptz,
    ended_at         timestamptz,
    result           jsonb,
    error            text,
    CHECK ((state = 'open') = (ended_at IS NULL)),
    PRIMARY KEY (organization_id, id)
) PARTITION BY RANGE (id);
-- An ordinary task pays nothing for it, and it names no column that changes.
CREATE INDEX tasks_parent ON tasks (organization_id, parent_id, id) WHERE parent_id IS NOT NULL;

-- Claimable work, and nothing else: inserted when ready, deleted on claim. rank is twice the priority, one more unless
-- the task is a suspect (two crashes), so that suspects are claimed apart and one at a time.
CREATE TABLE task_ready (
    lane_id         integer NOT NULL,
    rank            smallint NOT NULL,
    seq             bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
    organization_id uuid NOT NULL,
    task_id         uuid NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 1,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000);
CREATE INDEX task_ready_claim ON task_ready (lane_id, rank, seq);

-- One row a claimed batch: the lease of all its tasks. Completing locks it in share mode or, with its last task, deletes
-- it; rescuing deletes it. A node's claims live as long as its session; those of a worker outside until expires_at, which
-- it renews, and their attempts may run until deadline_at, whatever it renews.
CREATE TABLE task_claims (
    organization_id uuid NOT NULL,
    lease_token     uuid NOT NULL,
    session_id      uuid,
    worker          text NOT NULL,
    lane_id         integer NOT NULL,
    claimed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at      timestamptz,
    deadline_at     timestamptz,
    task_ids        uuid[] NOT NULL,
    CHECK (session_id IS NULL OR deadline_at IS NULL),
    CHECK ((session_id IS NULL) = (expires_at IS NOT NULL)),
    PRIMARY KEY (organization_id, lease_token)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 1);

CREATE TABLE task_delayed (
    organization_id uuid NOT NULL,
    task_id         uuid NOT NULL,
    run_at          timestamptz NOT NULL,
    lane_id         integer NOT NULL,
    rank            smallint NOT NULL,
    cause           text NOT NULL CHECK (cause IN ('delay', 'retry', 'snooze', 'sleep', 'shed')),
    PRIMARY KEY (organization_id, task_id)
);
CREATE INDEX task_delayed_run_at ON task_delayed (run_at);

-- Not before `gates` of them have opened: each unfinished task it needs is one, standing behind another of its ordering
-- key is one.
CREATE TABLE task_blocked (
    organization_id uuid NOT NULL,
    task_id         uuid NOT NULL,
    gates           integer NOT NULL CHECK (gates > 0),
    run_at          timestamptz,
    lane_id         integer NOT NULL,
    rank            smallint NOT NULL,
    PRIMARY KEY (organization_id, task_id)
);
CREATE TABLE task_needs (
    organization_id uuid NOT NULL,
    needed_id       uuid NOT NULL,
    task_id         uuid NOT NULL,
    PRIMARY KEY (organization_id, needed_id, task_id)
);

-- Which task holds a unique key; kept after its end until held_until.
CREATE TABLE task_keys (
    organization_id uuid NOT NULL,
    type            text COLLATE "C" NOT NULL,
    unique_key      text COLLATE "C" NOT NULL,
    task_id         uuid NOT NULL,
    ended           boolean NOT NULL DEFAULT false,
    held_until      timestamptz NOT NULL,
    PRIMARY KEY (organization_id, type, unique_key)
);
CREATE INDEX task_keys_ended ON task_keys (held_until) WHERE ended;

-- Which task of an ordering key may run (its row is the lock that puts the others in line), and the line behind it.
CREATE TABLE task_orders (
    organization_id uuid NOT NULL,
    queue           text COLLATE "C" NOT NULL,
    ordering_key    text COLLATE "C" NOT NULL,
    task_id         uuid NOT NULL,
    PRIMARY KEY (organization_id, queue, ordering_key)
);
CREATE TABLE task_line (
    organization_id uuid NOT NULL,
    queue           text COLLATE "C" NOT NULL,
    ordering_key    text COLLATE "C" NOT NULL,
    seq             bigint GENERATED ALWAYS AS IDENTITY,
    task_id         uuid NOT NULL,
    PRIMARY KEY (organization_id, queue, ordering_key, seq)
);

CREATE TABLE task_expiries (
    organization_id uuid NOT NULL,
    task_id         uuid NOT NULL,
    expires_at      timestamptz NOT NULL,
    PRIMARY KEY (organization_id, task_id)
);
CREATE INDEX task_expiries_at ON task_expiries (expires_at);

-- Attempts that did not end their task; the one that did is told by the task itself.
CREATE TABLE task_attempts (
    organization_id uuid NOT NULL,
    task_id         uuid NOT NULL,
    fence           bigint NOT NULL,
    outcome         text NOT NULL CHECK (outcome IN
                        ('failed', 'timed out', 'crashed', 'released', 'snoozed', 'awaiting', 'dead', 'cancelled')),
    worker          text NOT NULL,
    started_at      timestamptz NOT NULL,
    ended_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    error           text,
    PRIMARY KEY (organization_id, task_id, fence)
) PARTITION BY RANGE (task_id);

CREATE TABLE dead_letters (
    organization_id uuid NOT NULL,
    task_id         uuid NOT NULL,
    lane_id         integer NOT NULL,
    reason          text NOT NULL,
    died_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organization_id, task_id)
);
CREATE INDEX dead_letters_died_at ON dead_letters (organization_id, died_at);

-- What a task has done so far: the result of each step, kept once, so that the next attempt goes on behind it. A step
-- that waits (sleep, signal, approval, children) stands here once what it waited for has come.
CREATE TABLE task_steps (
    organization_id uuid NOT NULL,
    task_id         uuid NOT NULL,
    position        integer NOT NULL CHECK (position >= 0),
    name            text NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('step', 'sleep', 'signal', 'approval', 'children')),
    fence           bigint NOT NULL,
    started_at      timestamptz NOT NULL,
    ended_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    timed_out       boolean NOT NULL DEFAULT false,
    result          jsonb,
    PRIMARY KEY (organization_id, task_id, position)
) PARTITION BY RANGE (task_id);

-- What an open task waits for without a worker: a named signal, an approval, or children (all, or any of them).
CREATE TABLE task_waits (
    organization_id uuid NOT NULL,
    task_id         uuid NOT NULL,
    position        integer NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('signal', 'approval', 'children')),
    name            text NOT NULL,
    children        uuid[],
    remaining       integer CHECK (remaining > 0),
    since           timestamptz NOT NULL DEFAULT clock_timestamp(),
    deadline_at     timestamptz,
    PRIMARY KEY (organization_id, task_id)
);
CREATE INDEX task_waits_deadline ON task_waits (deadline_at) WHERE deadline_at IS NOT NULL;

-- Signals nobody waits for yet.
CREATE TABLE task_signals (
    organization_id uuid NOT NULL,
    task_id         uuid NOT NULL,
    seq             bigint GENERATED ALWAYS AS IDENTITY,
    name            text NOT NULL,
    value           jsonb,
    sent_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organization_id, task_id, seq)
);

-- A running task that a person wants ended; its node looks here. Without a session: a claimable one that was ended, which
-- a claim under way at that moment may have begun.
CREATE TABLE task_cancels (
    organization_id uuid NOT NULL,
    task_id         uuid NOT NULL,
    session_id      uuid,
    asked_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organization_id, task_id)
);

-- What a node can work on is said with its session, so that a task nobody works on is seen.
ALTER TABLE node_sessions ADD COLUMN task_types text[] NOT NULL DEFAULT '{}';

-- What a worker outside asks for, with each claim; expected again by present_until, or as long as it holds a claim.
CREATE TABLE outside_workers (
    organization_id uuid NOT NULL,
    name            text COLLATE "C" NOT NULL,
    types           text[] NOT NULL,
    queues          text[] NOT NULL,
    seen_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    present_until   timestamptz NOT NULL,
    PRIMARY KEY (organization_id, name)
) WITH (fillfactor = 50);

-- A task is written twice as a rule, when it is enqueued and when it ends. Pages of tasks are filled to less than half, so
-- that both versions share a page and its end touches no index. Steps are written once; their results stay in their rows
-- up to a page's size, because pieces stored apart leave more of their pages empty.
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
               'old.organization_id AND tasks.id = old.task_id AND tasks.state = ''open'')', 'fillfactor = 100')
$$;

DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['tasks', 'task_steps', 'task_attempts'] LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', tenant || '_default', tenant);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant || '_default');
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant || '_default');
    END LOOP;
    FOREACH tenant IN ARRAY ARRAY['queues', 'task_limits', 'task_lanes', 'tasks', 'task_ready', 'task_claims',
        'task_delayed', 'task_blocked', 'task_needs', 'task_keys', 'task_orders', 'task_line', 'task_expiries',
        'task_attempts', 'dead_letters', 'task_cancels', 'task_steps', 'task_waits', 'task_signals', 'outside_workers']
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
REVOKE DELETE ON tasks, task_steps, task_attempts FROM ${engine}, ${api};

-- The functions below run with the rights of who calls them, so a request touches only its organization's rows. They
-- lock in one order: the claim, then the task, then what stands for it elsewhere.

-- A UUIDv7 of the database's time (RFC 9562).
CREATE FUNCTION task_new_id() RETURNS uuid
    LANGUAGE sql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
    SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
        52, 1), 53, 1), 'hex')::uuid
$$;

CREATE FUNCTION task_lane(tenant uuid, lane_queue text, lane_type text) RETURNS integer
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    found_lane integer;
BEGIN
    LOOP
        SELECT lane_id INTO found_lane FROM task_lanes
        WHERE organization_id = tenant AND queue = lane_queue AND type = lane_type;
        IF found_lane IS NOT NULL THEN
            RETURN found_lane;
        END IF;
        INSERT INTO queues (organization_id, name) VALUES (tenant, lane_queue) ON CONFLICT DO NOTHING;
        INSERT INTO task_lanes (organization_id, queue, type) VALUES (tenant, lane_queue, lane_type)
        ON CONFLICT (organization_id, queue, type) DO NOTHING;
    END LOOP;
END $$;

CREATE FUNCTION task_rank(priority smallint, crashes smallint) RETURNS smallint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (priority * 2 + CASE WHEN crashes >= 2 THEN 0 ELSE 1 END)::smallint;

-- Puts an open task that nothing holds back where it belongs: among the claimable, or among those whose time will come.
CREATE FUNCTION task_place(tenant uuid, task uuid, lane integer, task_rank smallint, due timestamptz, due_cause text)
    RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
BEGIN
    IF due > clock_timestamp() THEN
        INSERT INTO task_delayed (organization_id, task_id, run_at, lane_id, rank, cause)
        VALUES (tenant, task, due, lane, task_rank, due_cause);
    ELSE
        INSERT INTO task_ready (lane_id, rank, organization_id, task_id) VALUES (lane, task_rank, tenant, task);
    END IF;
END $$;

-- One of the things that held the task back is gone.
CREATE FUNCTION task_open_gate(tenant uuid, task uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    held task_blocked;
BEGIN
    SELECT * INTO held FROM task_blocked WHERE organization_id = tenant AND task_id = task FOR UPDATE;
    IF held.gates > 1 THEN
        UPDATE task_blocked SET gates = gates - 1 WHERE organization_id = tenant AND task_id = task;
    ELSIF held.gates = 1 THEN
        DELETE FROM task_blocked WHERE organization_id = tenant AND task_id = task;
        PERFORM task_place(tenant, task, held.lane_id, held.rank, held.run_at, 'delay');
    END IF;
END $$;

-- Gives a task its unique key, unless another one holds it: that one is returned, else the task itself.
CREATE FUNCTION task_hold_key(tenant uuid, task uuid, task_type text, key text, until timestamptz) RETURNS uuid
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    holder uuid;
BEGIN
    INSERT INTO task_keys AS held (organization_id, type, unique_key, task_id, held_until)
    VALUES (tenant, task_type, key, task, until)
    ON CONFLICT (organization_id, type, unique_key) DO UPDATE
    SET task_id = excluded.task_id, ended = false, held_until = greatest(excluded.held_until, held.held_until)
    WHERE held.ended AND (held.held_until <= clock_timestamp() OR held.task_id = excluded.task_id)
    RETURNING held.task_id INTO holder;
    IF holder IS NULL THEN
        SELECT held.task_id INTO holder FROM task_keys held
        WHERE held.organization_id = tenant AND held.type = task_type AND held.unique_key = key;
    END IF;
    RETURN holder;
END $$;

-- Puts a task at the end of the line of its ordering key; false when nobody stands there, so that it is the head.
CREATE FUNCTION task_stand_in_line(tenant uuid, in_queue text, ordering text, task uuid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
BEGIN
    LOOP
        INSERT INTO task_orders (organization_id, queue, ordering_key, task_id)
        VALUES (tenant, in_queue, ordering, task) ON CONFLICT DO NOTHING;
        IF FOUND THEN
            RETURN false;
        END IF;
        PERFORM FROM task_orders
        WHERE organization_id = tenant AND queue = in_queue AND ordering_key = ordering FOR UPDATE;
        IF FOUND THEN
            INSERT INTO task_line (organization_id, queue, ordering_key, task_id)
            VALUES (tenant, in_queue, ordering, task);
            RETURN true;
        END IF;
    END LOOP;
END $$;

-- Adds one task with all that a task can have; the identifier of the one that holds its unique key instead, if any.
-- Part of the caller's transaction. due is an absolute moment, delay counts from now.
CREATE FUNCTION task_enqueue(
        tenant uuid, task_type text, task_payload jsonb, task_queue text DEFAULT NULL, task uuid DEFAULT NULL,
        task_priority smallint DEFAULT 2, due timestamptz DEFAULT NULL, delay interval DEFAULT NULL,
        time_to_live interval DEFAULT NULL, key text DEFAULT NULL, key_kept interval DEFAULT NULL,
        ordering text DEFAULT NULL, parent uuid DEFAULT NULL, needs uuid[] DEFAULT NULL, task_tags text[] DEFAULT NULL,
        most_attempts integer DEFAULT NULL, by_actor text DEFAULT NULL)
    RETURNS TABLE (id uuid, is_new boolean)
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    fresh uuid := coalesce(task, task_new_id());
    in_queue text := coalesce(task_queue, task_type);
    lane integer := task_lane(tenant, in_queue, task_type);
    starts timestamptz := coalesce(due, clock_timestamp() + delay);
    ends timestamptz := clock_timestamp() + time_to_live;
    holder uuid;
    gates integer := 0;
    linked integer := 0;
    failed_need uuid;
    need tasks;
    asked uuid[] := nullif(needs, '{}');
BEGIN
    IF key IS NOT NULL THEN
        holder := task_hold_key(tenant, fresh, task_type, key, clock_timestamp() + coalesce(key_kept, interval '0'));
        IF holder <> fresh THEN
            RETURN QUERY SELECT holder, false;
            RETURN;
        END IF;
        linked := linked | 1;
    END IF;
    IF parent IS NOT NULL THEN
        PERFORM FROM tasks WHERE organization_id = tenant AND tasks.id = parent AND state = 'open';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'parent task % is unknown or has ended', parent USING ERRCODE = 'MS010';
        END IF;
        linked := linked | 4;
    END IF;
    FOR need IN SELECT * FROM tasks WHERE organization_id = tenant AND tasks.id = ANY (needs)
        ORDER BY tasks.id FOR UPDATE
    LOOP
        IF need.state = 'open' THEN
            INSERT INTO task_needs (organization_id, needed_id, task_id) VALUES (tenant, need.id, fresh);
            UPDATE tasks SET links = links | 8 WHERE organization_id = tenant AND tasks.id = need.id;
            gates := gates + 1;
        ELSIF need.state <> 'completed' THEN
            failed_need := need.id;
        END IF;
        needs := array_remove(needs, need.id);
    END LOOP;
    IF cardinality(needs) > 0 THEN
        RAISE EXCEPTION 'needed task % is unknown', needs[1] USING ERRCODE = 'MS010';
    END IF;
    IF ordering IS NOT NULL THEN
        gates := gates + task_stand_in_line(tenant, in_queue, ordering, fresh)::integer;
        linked := linked | 2;
    END IF;
    IF ends IS NOT NULL THEN
        INSERT INTO task_expiries (organization_id, task_id, expires_at) VALUES (tenant, fresh, ends);
        linked := linked | 16;
    END IF;
    INSERT INTO tasks (organization_id, id, lane_id, priority, links, payload, max_attempts, tags, parent_id, needed_ids,
        unique_key, ordering_key, expires_at, actor)
    VALUES (tenant, fresh, lane, task_priority, linked, task_payload, most_attempts, task_tags, parent, asked,
        key, ordering, ends, by_actor);
    IF gates > 0 THEN
        INSERT INTO task_blocked (organization_id, task_id, gates, run_at, lane_id, rank)
        VALUES (tenant, fresh, gates, starts, lane, task_rank(task_priority, 0::smallint));
    ELSE
        PERFORM task_place(tenant, fresh, lane, task_rank(task_priority, 0::smallint), starts, 'delay');
    END IF;
    IF failed_need IS NOT NULL THEN
        PERFORM task_end(tenant, fresh, 'cancelled', 'it needs task ' || failed_need || ', which did not complete');
    END IF;
    RETURN QUERY SELECT fresh, true;
END $$;

-- What the end of a linked task changes for others. The task's row is already in its final state.
CREATE FUNCTION task_settle(tenant uuid, task uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    done tasks;
    in_queue text;
    head uuid;
    next task_line;
    dependent uuid;
BEGIN
    SELECT * INTO STRICT done FROM tasks WHERE organization_id = tenant AND id = task;
    SELECT queue INTO in_queue FROM task_lanes WHERE organization_id = tenant AND lane_id = done.lane_id;
    IF done.links & 1 <> 0 THEN
        UPDATE task_keys held SET ended = true
        FROM task_lanes lane
        WHERE lane.organization_id = tenant AND lane.lane_id = done.lane_id AND held.organization_id = tenant
            AND held.type = lane.type AND held.unique_key = done.unique_key AND held.task_id = task;
    END IF;
    IF done.links & 2 <> 0 THEN
        SELECT task_id INTO head FROM task_orders
        WHERE organization_id = tenant AND queue = in_queue AND ordering_key = done.ordering_key FOR UPDATE;
        IF head = task THEN
            SELECT * INTO next FROM task_line
            WHERE organization_id = tenant AND queue = in_queue AND ordering_key = done.ordering_key
            ORDER BY seq LIMIT 1;
            IF FOUND THEN
                DELETE FROM task_line WHERE organization_id = tenant AND queue = in_queue
                    AND ordering_key = done.ordering_key AND seq = next.seq;
                UPDATE task_orders SET task_id = next.task_id
                WHERE organization_id = tenant AND queue = in_queue AND ordering_key = done.ordering_key;
                PERFORM task_open_gate(tenant, next.task_id);
            ELSE
                DELETE FROM task_orders
                WHERE organization_id = tenant AND queue = in_queue AND ordering_key = done.ordering_key;
            END IF;
        ELSE
            DELETE FROM task_line WHERE organization_id = tenant AND queue = in_queue
                AND ordering_key = done.ordering_key AND task_id = task;
        END IF;
    END IF;
    IF done.links & 8 <> 0 THEN
        FOR dependent IN DELETE FROM task_needs WHERE organization_id = tenant AND needed_id = task
            RETURNING task_id
        LOOP
            IF done.state = 'completed' THEN
                PERFORM task_open_gate(tenant, dependent);
            ELSE
                PERFORM task_end(tenant, dependent, 'cancelled',
                    'it needs task ' || task || ', which ended ' || done.state);
            END IF;
        END LOOP;
    END IF;
    IF done.links & 4 <> 0 THEN
        PERFORM task_child_ended(tenant, done.parent_id, task);
    END IF;
    IF done.links & 16 <> 0 THEN
        DELETE FROM task_expiries WHERE organization_id = tenant AND task_id = task;
    END IF;
END $$;

-- Ends a task that no worker holds; false when it has ended already. The caller has made sure that none holds it, by
-- holding the lock of the task's row while it looked.
CREATE FUNCTION task_end(tenant uuid, task uuid, final_state text, why text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    done tasks;
BEGIN
    UPDATE tasks
    SET state = final_state, ended_at = clock_timestamp(), error = why
    WHERE organization_id = tenant AND id = task AND state = 'open'
    RETURNING * INTO done;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM task_delayed WHERE organization_id = tenant AND task_id = task;
    DELETE FROM task_blocked WHERE organization_id = tenant AND task_id = task;
    DELETE FROM task_cancels WHERE organization_id = tenant AND task_id = task;
    DELETE FROM task_waits WHERE organization_id = tenant AND task_id = task;
    DELETE FROM task_signals WHERE organization_id = tenant AND task_id = task;
    DELETE FROM task_needs WHERE organization_id = tenant AND needed_id = ANY (done.needed_ids) AND task_id = task;
    IF final_state = 'dead' THEN
        INSERT INTO dead_letters (organization_id, task_id, lane_id, reason) VALUES (tenant, task, done.lane_id, why);
        INSERT INTO system_events (organization_id, type, severity, cause, detail)
        SELECT tenant, 'task.dead', 'warning', why,
            jsonb_build_object('task', task, 'type', lane.type, 'queue', lane.queue)
        FROM task_lanes lane
        WHERE lane.organization_id = tenant AND lane.lane_id = done.lane_id;
    END IF;
    IF done.links <> 0 THEN
        PERFORM task_settle(tenant, task);
    END IF;
    RETURN true;
END $$;

-- Whether the claim is held, by a living session or within its time; locks it against a rescue until the transaction
-- ends.
CREATE FUNCTION task_claim_held(tenant uuid, token uuid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
BEGIN
    PERFORM FROM task_claims claim
    WHERE claim.organization_id = tenant AND claim.lease_token = token
        AND (claim.expires_at > clock_timestamp() OR EXISTS (
            SELECT FROM node_sessions session
            WHERE session.session_id = claim.session_id AND session.ended_at IS NULL
                AND session.expires_at > clock_timestamp()))
    FOR KEY SHARE;
    RETURN FOUND;
END $$;

-- Ends the task with success, as part of the transaction its handler wrote in; false when the lease was lost. That
-- transaction keeps others from rescuing the task, so it may not stay idle for long, whatever its session allows: when
-- the lease of a frozen process is over, its transactions are gone too.
CREATE FUNCTION task_complete(
        tenant uuid, token uuid, task uuid, attempt_fence bigint, task_result jsonb, started timestamptz)
    RETURNS boolean
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    done tasks;
BEGIN
    IF NOT task_claim_held(tenant, token) THEN
        RETURN false;
    END IF;
    IF coalesce(nullif(current_setting('idle_in_transaction_session_timeout')::interval, interval '0'),
            interval '1 day') > interval '5 seconds' THEN
        PERFORM set_config('idle_in_transaction_session_timeout', '5s', true);
    END IF;
    UPDATE tasks
    SET state = 'completed', result = task_result, error = NULL, started_at = started, ended_at = clock_timestamp(),
        worker = (SELECT claim.worker FROM task_claims claim
                  WHERE claim.organization_id = tenant AND claim.lease_token = token)
    WHERE organization_id = tenant AND id = task AND state = 'open' AND fence = attempt_fence - 1
    RETURNING * INTO done;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF done.links <> 0 THEN
        PERFORM task_settle(tenant, task);
    END IF;
    RETURN true;
END $$;

-- Whether a durable sleep of the task is not over yet.
CREATE FUNCTION task_sleeps(tenant uuid, task uuid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = ${schema}, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM task_steps
        WHERE organization_id = tenant AND task_id = task AND kind = 'sleep'
            AND (result #>> '{}')::timestamptz > clock_timestamp())
$$;

-- Ends an attempt by anything but success, in one guarded step; false when the lease was lost, and nothing changed.
-- how is one of: failed, timed out (again after `again`), released (again at once, counted nowhere), snoozed (after
-- `again`), dead, cancelled. A task that a person wants ended is not tried again, however its attempt ended.
CREATE FUNCTION task_attempt_ended(
        tenant uuid, token uuid, task uuid, attempt_fence bigint, how text, why text, again interval,
        started timestamptz)
    RETURNS boolean
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    ran tasks;
    by_worker text;
    final_state text := CASE WHEN how IN ('dead', 'cancelled') THEN how END;
BEGIN
    IF NOT task_claim_held(tenant, token) THEN
        RETURN false;
    END IF;
    UPDATE task_claims SET task_ids = array_remove(task_ids, task)
    WHERE organization_id = tenant AND lease_token = token AND task_ids @> ARRAY[task]
    RETURNING worker INTO by_worker;
    SELECT * INTO ran FROM tasks
    WHERE organization_id = tenant AND id = task AND state = 'open' AND fence = attempt_fence - 1 FOR UPDATE;
    IF by_worker IS NULL OR ran.id IS NULL THEN
        RETURN false;
    END IF;
    DELETE FROM task_claims WHERE organization_id = tenant AND lease_token = token AND task_ids = '{}';
    IF ran.cancel_reason IS NOT NULL AND how <> 'cancelled' THEN
        final_state := 'cancelled';
        how := CASE how WHEN 'dead' THEN 'failed' ELSE how END;
    END IF;
    INSERT INTO task_attempts (organization_id, task_id, fence, outcome, worker, started_at, error)
    VALUES (tenant, task, attempt_fence, how, by_worker, started, why);
    IF final_state IS NOT NULL THEN
        UPDATE tasks
        SET worker = by_worker, started_at = started, fence = fence + 1,
            attempts = attempts + (how IN ('failed', 'timed out', 'dead'))::integer
        WHERE organization_id = tenant AND id = task;
        PERFORM task_end(tenant, task, final_state, coalesce(ran.cancel_reason, why));
    ELSE
        UPDATE tasks
        SET fence = fence + 1,
            progress = NULL,
            progress_message = NULL,
            attempts = attempts + (how IN ('failed', 'timed out'))::integer,
            error = CASE WHEN how IN ('failed', 'timed out') THEN why ELSE error END
        WHERE organization_id = tenant AND id = task;
        PERFORM task_place(tenant, task, ran.lane_id, task_rank(ran.priority, ran.crashes),
            clock_timestamp() + again, CASE WHEN how <> 'snoozed' THEN 'retry'
                WHEN task_sleeps(tenant, task) THEN 'sleep' ELSE 'snooze' END);
    END IF;
    RETURN true;
END $$;

-- Ends one attempt of many, by success or otherwise, without waiting for anybody: a transaction of unknown length that
-- enqueues behind this task holds it, or what its end changes. Returns 'ended', 'lost' (the lease was) or 'busy'; only
-- the first has changed anything.
CREATE FUNCTION task_try_end(
        tenant uuid, token uuid, task uuid, attempt_fence bigint, how text, what text, again interval,
        started timestamptz)
    RETURNS text
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
    SET lock_timeout = '1ms'
AS $$
DECLARE
    is_mine boolean;
BEGIN
    is_mine := CASE WHEN how = 'completed'
        THEN task_complete(tenant, token, task, attempt_fence, what::jsonb, started)
        ELSE task_attempt_ended(tenant, token, task, attempt_fence, how, what, again, started) END;
    RETURN CASE WHEN is_mine THEN 'ended' ELSE 'lost' END;
EXCEPTION WHEN lock_not_available THEN
    RETURN 'busy';
END $$;

-- Frees the tasks of one claim that is held no more: claimable again, or dead with the third crash. Returns how many of
-- each; nothing when the claim is gone or has been renewed meanwhile. What somebody else's transaction holds stays in
-- the claim until the next time, so that it keeps no other waiting.
CREATE FUNCTION task_claim_free(tenant uuid, token uuid, is_crash boolean, cause text)
    RETURNS TABLE (freed bigint, died bigint)
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
    SET lock_timeout = '100ms'
AS $$
DECLARE
    claim task_claims;
    ran tasks;
    open_ids uuid[];
    free_ids uuid[];
BEGIN
    -- Waits for a completion under way; what it completed is then seen as completed.
    SELECT * INTO claim FROM task_claims
    WHERE organization_id = tenant AND lease_token = token AND (expires_at IS NULL OR expires_at <= clock_timestamp())
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    free_ids := ARRAY(
        SELECT id FROM tasks
        WHERE organization_id = tenant AND id = ANY (claim.task_ids) AND state = 'open'
        FOR NO KEY UPDATE SKIP LOCKED);
    open_ids := ARRAY(
        SELECT id FROM tasks
        WHERE organization_id = tenant AND id = ANY (claim.task_ids) AND state = 'open');
    IF cardinality(open_ids) > cardinality(free_ids) THEN
        UPDATE task_claims SET task_ids = ARRAY(SELECT unnest(open_ids) EXCEPT SELECT unnest(free_ids))
        WHERE organization_id = tenant AND lease_token = token;
    ELSE
        DELETE FROM task_claims WHERE organization_id = tenant AND lease_token = token;
    END IF;
    freed := 0;
    died := 0;
    FOR ran IN
        UPDATE tasks
        SET fence = fence + 1, crashes = crashes + is_crash::integer, progress = NULL, progress_message = NULL
        WHERE organization_id = tenant AND id = ANY (free_ids)
        RETURNING *
    LOOP
        INSERT INTO task_attempts (organization_id, task_id, fence, outcome, worker, started_at, error)
        VALUES (tenant, ran.id, ran.fence, CASE WHEN is_crash THEN 'crashed' ELSE 'released' END, claim.worker,
            claim.claimed_at, 'lease lost: ' || cause);
        IF ran.cancel_reason IS NOT NULL THEN
            PERFORM task_end(tenant, ran.id, 'cancelled', ran.cancel_reason);
        ELSIF ran.crashes >= 3 THEN
            PERFORM task_end(tenant, ran.id, 'dead',
                'its worker died 3 times while it ran, the last time: ' || cause);
            died := died + 1;
        ELSE
            PERFORM task_place(tenant, ran.id, ran.lane_id, task_rank(ran.priority, ran.crashes), NULL, 'retry');
            freed := freed + 1;
        END IF;
    END LOOP;
    RETURN NEXT;
EXCEPTION WHEN lock_not_available THEN
    RETURN;
END $$;

-- Frees what workers held that are gone: their session has ended, or the time of their claim is over. A process that
-- said itself that it stops or was cut off has not crashed, nor one that could not renew because the database was away.
-- What a completion under way holds is passed by until that has ended: it may be of a frozen process, and must not keep
-- the others waiting.
CREATE FUNCTION tasks_rescue() RETURNS TABLE (freed bigint, died bigint)
    LANGUAGE sql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
    WITH lost AS MATERIALIZED (
        SELECT claim.organization_id, claim.lease_token,
            coalesce(session.end_cause, '') NOT IN ('stopped', 'fenced', 'database was away')
                AND coalesce(claim.expires_at > pg_postmaster_start_time(), true) AS is_crash,
            coalesce(session.end_cause, CASE WHEN claim.expires_at > pg_postmaster_start_time()
                THEN 'the worker outside did not renew its lease' ELSE 'the database was away' END) AS cause
        FROM task_claims claim
        LEFT JOIN node_sessions session ON session.session_id = claim.session_id
        WHERE session.ended_at IS NOT NULL OR claim.expires_at <= clock_timestamp()
            OR (claim.session_id IS NOT NULL AND session.session_id IS NULL)
        ORDER BY claim.organization_id, claim.lease_token
        FOR UPDATE OF claim SKIP LOCKED)
    SELECT coalesce(sum(done.freed), 0)::bigint, coalesce(sum(done.died), 0)::bigint
    FROM lost
    CROSS JOIN LATERAL task_claim_free(lost.organization_id, lost.lease_token, lost.is_crash, lost.cause) AS done
$$;

-- Frees what a session holds without knowing it: the answer to its claim was lost on the way. Returns how many tasks.
CREATE FUNCTION tasks_forgotten(session uuid, known uuid[]) RETURNS bigint
    LANGUAGE sql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
    WITH forgotten AS MATERIALIZED (
        SELECT organization_id, lease_token
        FROM task_claims
        WHERE session_id = session AND lease_token <> ALL (known)
            AND claimed_at < clock_timestamp() - interval '3 seconds')
    SELECT coalesce(sum(done.freed), 0)::bigint
    FROM forgotten
    CROSS JOIN LATERAL task_claim_free(organization_id, lease_token, false, 'its node never heard of it') AS done
$$;

-- How many more tasks of a queue may start now; locks its limits until the transaction ends.
CREATE FUNCTION task_allowance(tenant uuid, in_queue text) RETURNS integer
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    bound task_limits;
    allowed integer := 2147483647;
    running integer;
BEGIN
    FOR bound IN SELECT * FROM task_limits WHERE organization_id = tenant AND queue IN ('', in_queue)
        ORDER BY queue FOR UPDATE
    LOOP
        IF bound.concurrency IS NOT NULL THEN
            SELECT count(*) INTO running
            FROM task_claims claim
            JOIN task_lanes lane ON lane.organization_id = tenant AND lane.lane_id = claim.lane_id
            CROSS JOIN unnest(claim.task_ids) AS held (id)
            JOIN tasks task ON task.organization_id = tenant AND task.id = held.id AND task.state = 'open'
            WHERE claim.organization_id = tenant AND bound.queue IN ('', lane.queue);
            allowed := least(allowed, bound.concurrency - running);
        END IF;
        IF bound.rate IS NOT NULL THEN
            UPDATE task_limits
            SET tokens = least(bound.rate, bound.tokens + CASE WHEN bound.filled_at = '-infinity' THEN bound.rate
                    ELSE extract(epoch FROM clock_timestamp() - bound.filled_at) * bound.rate / bound.rate_seconds END),
                filled_at = clock_timestamp()
            WHERE organization_id = tenant AND queue = bound.queue
            RETURNING tokens INTO bound.tokens;
            allowed := least(allowed, floor(bound.tokens)::integer);
        END IF;
    END LOOP;
    RETURN greatest(allowed, 0);
END $$;

-- Ends a task by a person's wish: at once when nobody runs it, otherwise its worker is asked to. Returns what it was:
-- 'ended', 'asked', 'over' (it had ended before) or null for one that is unknown.
CREATE FUNCTION task_cancel(tenant uuid, task uuid, why text) RETURNS text
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    stood text;
    claim task_claims;
BEGIN
    SELECT state INTO stood FROM tasks WHERE organization_id = tenant AND id = task FOR UPDATE;
    IF stood IS NULL THEN
        RETURN NULL;
    ELSIF stood <> 'open' THEN
        RETURN 'over';
    END IF;
    SELECT * INTO claim FROM task_claims WHERE organization_id = tenant AND task_ids @> ARRAY[task];
    IF NOT FOUND THEN
        PERFORM task_end(tenant, task, 'cancelled', why);
        INSERT INTO task_cancels (organization_id, task_id) VALUES (tenant, task) ON CONFLICT DO NOTHING;
        RETURN 'ended';
    END IF;
    UPDATE tasks SET cancel_reason = why WHERE organization_id = tenant AND id = task;
    INSERT INTO task_cancels (organization_id, task_id, session_id) VALUES (tenant, task, claim.session_id)
    ON CONFLICT DO NOTHING;
    RETURN 'asked';
END $$;

-- What a task waited for has come, or the wait was too long: the step is done, and the task goes on.
CREATE FUNCTION task_wait_over(tenant uuid, task uuid, came jsonb, is_late boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    wait task_waits;
    waiting tasks;
BEGIN
    DELETE FROM task_waits WHERE organization_id = tenant AND task_id = task RETURNING * INTO wait;
    SELECT * INTO STRICT waiting FROM tasks WHERE organization_id = tenant AND id = task;
    INSERT INTO task_steps (organization_id, task_id, position, name, kind, fence, started_at, timed_out, result)
    VALUES (tenant, task, wait.position, wait.name, wait.kind, waiting.fence, wait.since, is_late, came);
    PERFORM task_place(tenant, task, waiting.lane_id, task_rank(waiting.priority, waiting.crashes), NULL, 'sleep');
END $$;

-- The results of children, in the order given: one object each.
CREATE FUNCTION task_children_results(tenant uuid, children uuid[]) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path = ${schema}, pg_temp
AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', task.id, 'state', task.state, 'result', task.result,
        'error', task.error) ORDER BY child.place), '[]')
    FROM unnest(children) WITH ORDINALITY AS child (id, place)
    JOIN tasks task ON task.organization_id = tenant AND task.id = child.id
$$;

CREATE FUNCTION task_child_ended(tenant uuid, parent uuid, child uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    wait task_waits;
BEGIN
    PERFORM FROM tasks WHERE organization_id = tenant AND id = parent AND state = 'open' FOR UPDATE;
    SELECT * INTO wait FROM task_waits
    WHERE organization_id = tenant AND task_id = parent AND kind = 'children' AND children @> ARRAY[child];
    IF wait.remaining > 1 THEN
        UPDATE task_waits SET remaining = remaining - 1 WHERE organization_id = tenant AND task_id = parent;
    ELSIF wait.remaining = 1 THEN
        PERFORM task_wait_over(tenant, parent, task_children_results(tenant, wait.children), false);
    END IF;
END $$;

-- Which tasks cannot go on before this one has ended: what needs it, what stands behind it in line, whose children it is
-- among, and what waits for those. Running tasks are few in it, since a task of which nobody waits is alone.
CREATE FUNCTION task_held_up_by(tenant uuid, task uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE
    SET search_path = ${schema}, pg_temp
AS $$
    WITH RECURSIVE behind (id, seq) AS (
        SELECT task, NULL::bigint
        UNION
        SELECT next.id, next.seq
        FROM behind
        JOIN tasks ahead ON ahead.organization_id = tenant AND ahead.id = behind.id AND ahead.state = 'open'
        CROSS JOIN LATERAL (
            SELECT need.task_id, NULL::bigint FROM task_needs need
            WHERE need.organization_id = tenant AND need.needed_id = ahead.id
            UNION ALL
            -- The next in line alone: the others stand behind that one. The head of a line has no place in it.
            (SELECT line.task_id, line.seq
            FROM task_lanes lane
            JOIN task_line line ON line.organization_id = tenant AND line.queue = lane.queue
                AND line.ordering_key = ahead.ordering_key
            WHERE lane.organization_id = tenant AND lane.lane_id = ahead.lane_id
                AND line.seq > coalesce(behind.seq, (
                    SELECT own.seq FROM task_line own
                    WHERE own.organization_id = tenant AND own.queue = lane.queue
                        AND own.ordering_key = ahead.ordering_key AND own.task_id = ahead.id), 0)
            ORDER BY line.seq
            LIMIT 1)
            UNION ALL
            SELECT wait.task_id, NULL::bigint FROM task_waits wait
            WHERE wait.organization_id = tenant AND wait.task_id = ahead.parent_id
                AND wait.children @> ARRAY[ahead.id]) AS next (id, seq))
    SELECT DISTINCT id FROM behind
$$;

-- Whether one of these tasks waits for others itself.
CREATE FUNCTION task_any_waits(tenant uuid, among uuid[]) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = ${schema}, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM task_blocked WHERE organization_id = tenant AND task_id = ANY (among))
        OR EXISTS (SELECT FROM task_waits WHERE organization_id = tenant AND task_id = ANY (among))
$$;

-- Of the waits that begin at the same moment each must see the others, where one of them could close a circle: those
-- that could not begin beside each other, and one that could begins beside none, until its transaction ends.
CREATE FUNCTION task_begin_wait(tenant uuid, could_close_circle boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    waits bigint := hashtextextended('mainstay.task_waits ' || current_schema, hashtextextended(tenant::text, 0));
BEGIN
    IF could_close_circle THEN
        PERFORM pg_advisory_xact_lock(waits);
    ELSE
        PERFORM pg_advisory_xact_lock_shared(waits);
    END IF;
END $$;

-- Refuses to wait for what is no child of the task, or cannot end before the task has: both would be for ever.
CREATE FUNCTION task_check_children(tenant uuid, task uuid, awaited uuid[], enough integer) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    stranger uuid;
    stuck uuid[];
    could_close_circle boolean;
BEGIN
    SELECT child.id INTO stranger
    FROM unnest(awaited) AS child (id)
    WHERE NOT EXISTS (
        SELECT FROM tasks WHERE organization_id = tenant AND tasks.id = child.id AND parent_id = task)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'task % is no child of task %, which would wait for it for ever', stranger, task
            USING ERRCODE = 'MS010';
    END IF;
    could_close_circle := task_any_waits(tenant, awaited);
    PERFORM task_begin_wait(tenant, could_close_circle);
    IF NOT could_close_circle AND task_any_waits(tenant, awaited) THEN
        RAISE EXCEPTION 'one of them began to wait meanwhile: begin again' USING ERRCODE = 'serialization_failure';
    END IF;
    IF could_close_circle THEN
        stuck := ARRAY(SELECT unnest(awaited) INTERSECT SELECT task_held_up_by(tenant, task));
        IF cardinality(awaited) - cardinality(stuck) < enough THEN
            RAISE EXCEPTION 'task % would wait for itself: its child % cannot go on before it has ended', task, stuck[1]
                USING ERRCODE = 'MS010';
        END IF;
    END IF;
END $$;

-- Lets a running task wait without a worker, unless what it waits for is there already. Returns 'lost' (the lease was,
-- and nothing changed), 'there' (came holds it, and the step is stored) or 'waiting' (the attempt has ended, and with it
-- the task if a person wants that).
CREATE FUNCTION task_await(
        tenant uuid, token uuid, task uuid, attempt_fence bigint, at_position integer, wait_kind text, wait_name text,
        awaited uuid[], enough integer, patience interval, started timestamptz)
    RETURNS TABLE (outcome text, came jsonb)
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    signal task_signals;
    open_children integer;
    missing integer;
    by_worker text;
    ran tasks;
BEGIN
    IF NOT task_claim_held(tenant, token) THEN
        RETURN QUERY SELECT 'lost', NULL::jsonb;
        RETURN;
    END IF;
    UPDATE task_claims SET task_ids = array_remove(task_ids, task)
    WHERE organization_id = tenant AND lease_token = token AND task_ids @> ARRAY[task]
    RETURNING worker INTO by_worker;
    SELECT * INTO ran FROM tasks
    WHERE organization_id = tenant AND id = task AND state = 'open' AND fence = attempt_fence - 1 FOR UPDATE;
    IF NOT FOUND OR by_worker IS NULL THEN
        RAISE EXCEPTION 'lease lost' USING ERRCODE = 'MS011';
    END IF;
    IF ran.cancel_reason IS NOT NULL THEN
        INSERT INTO task_attempts (organization_id, task_id, fence, outcome, worker, started_at, error)
        VALUES (tenant, task, attempt_fence, 'cancelled', by_worker, started, ran.cancel_reason);
        UPDATE tasks SET worker = by_worker, started_at = started, fence = fence + 1
        WHERE organization_id = tenant AND id = task;
        PERFORM task_end(tenant, task, 'cancelled', ran.cancel_reason);
        outcome := 'waiting';
        RETURN NEXT;
        RETURN;
    END IF;
    IF wait_kind = 'children' THEN
        PERFORM task_check_children(tenant, task, awaited, enough);
        SELECT count(*) INTO open_children FROM tasks
        WHERE organization_id = tenant AND id = ANY (awaited) AND state = 'open';
        missing := enough - (cardinality(awaited) - open_children);
        came := CASE WHEN missing <= 0 THEN task_children_results(tenant, awaited) END;
    ELSE
        DELETE FROM task_signals
        WHERE organization_id = tenant AND task_id = task AND seq = (
            SELECT min(seq) FROM task_signals
            WHERE organization_id = tenant AND task_id = task AND name = wait_name)
        RETURNING * INTO signal;
        missing := CASE WHEN FOUND THEN 0 ELSE NULL END;
        came := signal.value;
    END IF;
    IF missing <= 0 THEN
        UPDATE task_claims SET task_ids = task_ids || task WHERE organization_id = tenant AND lease_token = token;
        INSERT INTO task_steps (organization_id, task_id, position, name, kind, fence, started_at, result)
        VALUES (tenant, task, at_position, wait_name, wait_kind, attempt_fence, clock_timestamp(), came);
        outcome := 'there';
        RETURN NEXT;
        RETURN;
    END IF;
    INSERT INTO task_waits (organization_id, task_id, position, kind, name, children, remaining, deadline_at)
    VALUES (tenant, task, at_position, wait_kind, wait_name, awaited, missing, clock_timestamp() + patience);
    INSERT INTO task_attempts (organization_id, task_id, fence, outcome, worker, started_at)
    VALUES (tenant, task, attempt_fence, 'awaiting', by_worker, started);
    UPDATE tasks SET fence = fence + 1 WHERE organization_id = tenant AND id = task;
    outcome := 'waiting';
    RETURN NEXT;
END $$;

-- Keeps what a step gave, once: the first result stands. Returns 'lost' (the lease was, and nothing changed), 'stored',
-- 'there' (it stands already, as told), 'changed' (another step stands at this position, as told) or 'gap' (steps before
-- it are missing).
CREATE FUNCTION task_step(
        tenant uuid, token uuid, task uuid, attempt_fence bigint, at_position integer, step_kind text, step_name text,
        step_result jsonb)
    RETURNS TABLE (outcome text, kind text, name text, timed_out boolean, result jsonb)
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
BEGIN
    -- The row of the task is locked too, so that of two calls at once the second sees the step of the first.
    IF task_claim_held(tenant, token) THEN
        PERFORM FROM tasks
        WHERE organization_id = tenant AND id = task AND state = 'open' AND fence = attempt_fence - 1
        FOR NO KEY UPDATE;
    END IF;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'lost', NULL::text, NULL::text, NULL::boolean, NULL::jsonb;
        RETURN;
    END IF;
    RETURN QUERY
        SELECT CASE WHEN step.kind = step_kind AND step.name = step_name THEN 'there' ELSE 'changed' END,
            step.kind, step.name, step.timed_out, step.result
        FROM task_steps step
        WHERE step.organization_id = tenant AND step.task_id = task AND step.position = at_position;
    IF FOUND THEN
        RETURN;
    ELSIF at_position > (
            SELECT count(*) FROM task_steps step WHERE step.organization_id = tenant AND step.task_id = task) THEN
        RETURN QUERY SELECT 'gap', step_kind, step_name, false, NULL::jsonb;
        RETURN;
    END IF;
    IF step_kind IN ('step', 'sleep') THEN
        INSERT INTO task_steps (organization_id, task_id, position, name, kind, fence, started_at, result)
        VALUES (tenant, task, at_position, step_name, step_kind, attempt_fence, clock_timestamp(), step_result);
    END IF;
    RETURN QUERY SELECT 'stored', step_kind, step_name, false, step_result;
END $$;

-- Forgets a claim of which no task runs any more. Nodes count that themselves; workers outside cannot.
CREATE FUNCTION task_claim_close(tenant uuid, token uuid) RETURNS void
    LANGUAGE sql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
    DELETE FROM task_claims claim
    WHERE claim.organization_id = tenant AND claim.lease_token = token AND NOT EXISTS (
        SELECT FROM unnest(claim.task_ids) AS held (id)
        JOIN tasks task ON task.organization_id = tenant AND task.id = held.id AND task.state = 'open')
$$;

-- Who works on tasks of an organization at present: nodes (for all organizations alike) and workers outside. No queues
-- means all of them.
CREATE FUNCTION task_workers_present(tenant uuid)
    RETURNS TABLE (name text, kind text, types text[], queues text[], seen_at timestamptz)
    LANGUAGE sql STABLE
    SET search_path = ${schema}, pg_temp
AS $$
    SELECT node.node_id, 'node', node.task_types, '{}'::text[], node.beat_at
    FROM node_sessions node
    WHERE node.ended_at IS NULL AND node.expires_at > clock_timestamp() AND node.task_types <> '{}'
    UNION ALL
    SELECT worker.name, 'outside', worker.types, worker.queues, worker.seen_at
    FROM outside_workers worker
    WHERE worker.organization_id = tenant AND (worker.present_until > clock_timestamp() OR EXISTS (
        SELECT FROM task_claims claim
        WHERE claim.organization_id = tenant AND claim.session_id IS NULL AND claim.worker = worker.name
            AND claim.expires_at > clock_timestamp()))
$$;

-- Which types of task somebody works on at present, and in which queue where it is not any.
CREATE FUNCTION task_types_served(tenant uuid) RETURNS TABLE (type text, queue text)
    LANGUAGE sql STABLE
    SET search_path = ${schema}, pg_temp
AS $$
    SELECT DISTINCT served.type, queue.name
    FROM task_workers_present(tenant) worker
    CROSS JOIN unnest(worker.types) AS served (type)
    LEFT JOIN unnest(worker.queues) AS queue (name) ON true
$$;

-- Sends a task what it waits for, now or later. Returns 'taken', 'kept' (nobody waits for it yet), 'over' (the task has
-- ended) or null for one that is unknown.
CREATE FUNCTION task_signal(tenant uuid, task uuid, signal_name text, signal_value jsonb) RETURNS text
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    stood text;
BEGIN
    SELECT state INTO stood FROM tasks WHERE organization_id = tenant AND id = task FOR UPDATE;
    IF stood IS NULL THEN
        RETURN NULL;
    ELSIF stood <> 'open' THEN
        RETURN 'over';
    ELSIF EXISTS (SELECT FROM task_waits WHERE organization_id = tenant AND task_id = task
            AND kind IN ('signal', 'approval') AND name = signal_name) THEN
        PERFORM task_wait_over(tenant, task, signal_value, false);
        RETURN 'taken';
    END IF;
    INSERT INTO task_signals (organization_id, task_id, name, value) VALUES (tenant, task, signal_name, signal_value);
    RETURN 'kept';
END $$;

-- Lets tasks go on that waited longer than they wanted to; how many there were. One that somebody's transaction holds
-- waits until the next time.
CREATE FUNCTION tasks_wait_no_longer() RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    late task_waits;
    ended bigint := 0;
BEGIN
    FOR late IN SELECT * FROM task_waits WHERE deadline_at <= now() ORDER BY deadline_at LIMIT 1000
    LOOP
        PERFORM FROM tasks WHERE organization_id = late.organization_id AND id = late.task_id
        FOR NO KEY UPDATE SKIP LOCKED;
        IF FOUND AND EXISTS (SELECT FROM task_waits WHERE organization_id = late.organization_id AND task_id = late.task_id
                AND position = late.position) THEN
            PERFORM task_wait_over(late.organization_id, late.task_id, NULL, true);
            ended := ended + 1;
        END IF;
    END LOOP;
    RETURN ended;
END $$;

-- A new task that begins behind the steps before a position of another one, with its payload or an edited one. It is
-- nobody's child, stands in no line and holds no unique key: those are of the one that did the work.
CREATE FUNCTION task_fork(tenant uuid, task uuid, before_position integer, new_payload jsonb DEFAULT NULL)
    RETURNS uuid
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    fresh uuid := task_new_id();
    origin tasks;
BEGIN
    SELECT * INTO origin FROM tasks WHERE organization_id = tenant AND id = task;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO tasks (organization_id, id, lane_id, priority, payload, max_attempts, tags, links)
    VALUES (tenant, fresh, origin.lane_id, origin.priority, coalesce(new_payload, origin.payload),
        origin.max_attempts, origin.tags, 32);
    INSERT INTO task_steps (organization_id, task_id, position, name, kind, fence, started_at, ended_at, timed_out, result)
    SELECT tenant, fresh, position, name, kind, 0, started_at, ended_at, timed_out, result
    FROM task_steps step
    WHERE step.organization_id = tenant AND step.task_id = task AND step.position < before_position;
    PERFORM task_place(tenant, fresh, origin.lane_id, task_rank(origin.priority, 0::smallint), NULL, 'delay');
    RETURN fresh;
END $$;

-- Makes a dead letter claimable again, with all its attempts before it: at the end of the line of its ordering key, and
-- counting again among the children its parent waits for. Returns 'redriven', 'held' (another task has its unique key by
-- now), 'stuck' (it would stand behind what cannot go on before its parent has ended), 'open' or 'over' for one that is
-- no dead letter, null for one that is unknown.
CREATE FUNCTION task_redrive(tenant uuid, task uuid, new_payload jsonb DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    again tasks;
    lane task_lanes;
    again_rank smallint;
    is_awaited boolean;
    is_behind boolean;
BEGIN
    SELECT * INTO again FROM tasks WHERE organization_id = tenant AND id = task FOR UPDATE;
    IF again.id IS NULL THEN
        RETURN NULL;
    ELSIF again.state <> 'dead' THEN
        RETURN CASE again.state WHEN 'open' THEN 'open' ELSE 'over' END;
    END IF;
    SELECT * INTO STRICT lane FROM task_lanes WHERE organization_id = tenant AND lane_id = again.lane_id;
    IF again.unique_key IS NOT NULL
            AND task_hold_key(tenant, task, lane.type, again.unique_key, clock_timestamp()) <> task THEN
        RETURN 'held';
    END IF;
    PERFORM FROM tasks WHERE organization_id = tenant AND id = again.parent_id AND state = 'open' FOR UPDATE;
    is_awaited := EXISTS (
        SELECT FROM task_waits
        WHERE organization_id = tenant AND task_id = again.parent_id AND children @> ARRAY[task]);
    IF is_awaited AND again.ordering_key IS NOT NULL THEN
        PERFORM task_begin_wait(tenant, true);
    END IF;
    is_behind := again.ordering_key IS NOT NULL AND task_stand_in_line(tenant, lane.queue, again.ordering_key, task);
    IF is_awaited AND is_behind AND task IN (SELECT task_held_up_by(tenant, again.parent_id)) THEN
        DELETE FROM task_line
        WHERE organization_id = tenant AND queue = lane.queue AND ordering_key = again.ordering_key AND task_id = task;
        UPDATE task_keys SET ended = true
        WHERE organization_id = tenant AND type = lane.type AND unique_key = again.unique_key AND task_id = task;
        RETURN 'stuck';
    END IF;
    UPDATE tasks
    SET state = 'open', ended_at = NULL, error = NULL, attempts = 0, crashes = 0, cancel_reason = NULL,
        expires_at = NULL, links = links & (1 | 2 | 4 | 32), payload = coalesce(new_payload, payload)
    WHERE organization_id = tenant AND id = task;
    DELETE FROM dead_letters WHERE organization_id = tenant AND task_id = task;
    IF is_awaited THEN
        UPDATE task_waits SET remaining = remaining + 1 WHERE organization_id = tenant AND task_id = again.parent_id;
    END IF;
    again_rank := task_rank(again.priority, 0::smallint);
    IF is_behind THEN
        INSERT INTO task_blocked (organization_id, task_id, gates, lane_id, rank)
        VALUES (tenant, task, 1, again.lane_id, again_rank);
    ELSE
        PERFORM task_place(tenant, task, again.lane_id, again_rank, NULL, 'retry');
    END IF;
    RETURN 'redriven';
END $$;

-- Lets a task be tried again: 'sooner' when it waited for its time, though a durable sleep is not cut short; 'open' when
-- there is nothing to hurry; else what task_redrive says.
CREATE FUNCTION task_retry(tenant uuid, task uuid) RETURNS text
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    answer text := task_redrive(tenant, task);
    held task_delayed;
BEGIN
    IF answer IS DISTINCT FROM 'open' THEN
        RETURN answer;
    END IF;
    DELETE FROM task_delayed WHERE organization_id = tenant AND task_id = task AND cause <> 'sleep' RETURNING * INTO held;
    IF NOT FOUND THEN
        RETURN 'open';
    END IF;
    INSERT INTO task_ready (lane_id, rank, organization_id, task_id)
    VALUES (held.lane_id, held.rank, tenant, task);
    RETURN 'sooner';
END $$;

-- Makes claimable whose time has come; returns how many, and when the next one is due. Any node may do it.
CREATE FUNCTION tasks_promote() RETURNS TABLE (promoted bigint, next_due timestamptz)
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
BEGIN
    WITH due AS MATERIALIZED (
        SELECT organization_id, task_id
        FROM task_delayed
        WHERE run_at <= now()
        ORDER BY run_at
        LIMIT 5000
        FOR UPDATE SKIP LOCKED),
    moved AS (
        DELETE FROM task_delayed delayed
        USING due
        WHERE delayed.organization_id = due.organization_id AND delayed.task_id = due.task_id
        RETURNING delayed.lane_id, delayed.rank, delayed.organization_id, delayed.task_id, delayed.run_at)
    INSERT INTO task_ready (lane_id, rank, organization_id, task_id)
    SELECT lane_id, rank, organization_id, task_id FROM moved ORDER BY run_at;
    GET DIAGNOSTICS promoted = ROW_COUNT;
    SELECT min(run_at) INTO next_due FROM task_delayed;
    RETURN NEXT;
END $$;

-- Ends what has not started within its time to live; how many there were. One that somebody's transaction holds, or
-- what its end changes, is ended the next time.
CREATE FUNCTION tasks_expire() RETURNS bigint
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
    SET lock_timeout = '1ms'
AS $$
DECLARE
    over task_expiries;
    expired bigint := 0;
BEGIN
    FOR over IN SELECT * FROM task_expiries WHERE expires_at <= now()
        ORDER BY expires_at LIMIT 1000 FOR UPDATE SKIP LOCKED
    LOOP
        BEGIN
            PERFORM FROM tasks
            WHERE organization_id = over.organization_id AND id = over.task_id AND fence = 0
            FOR NO KEY UPDATE;
            IF FOUND AND NOT EXISTS (
                SELECT FROM task_claims
                WHERE organization_id = over.organization_id AND task_ids @> ARRAY[over.task_id])
            AND task_end(over.organization_id, over.task_id, 'expired', 'it had not started by ' || over.expires_at) THEN
                expired := expired + 1;
            END IF;
            DELETE FROM task_expiries WHERE organization_id = over.organization_id AND task_id = over.task_id;
        EXCEPTION WHEN lock_not_available THEN
            CONTINUE;
        END;
    END LOOP;
    DELETE FROM task_cancels
    WHERE (organization_id, task_id) IN (
        SELECT asked.organization_id, asked.task_id
        FROM task_cancels asked
        JOIN tasks task ON task.organization_id = asked.organization_id AND task.id = asked.task_id
            AND task.state <> 'open'
        WHERE asked.session_id IS NOT NULL OR asked.asked_at < now() - interval '10 seconds'
        FOR UPDATE OF asked SKIP LOCKED);
    RETURN expired;
END $$;

REVOKE EXECUTE ON FUNCTION tasks_rescue, tasks_forgotten, tasks_promote, tasks_expire, tasks_wait_no_longer
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tasks_rescue, tasks_forgotten, tasks_promote, tasks_expire, tasks_wait_no_longer
    TO ${engine};
