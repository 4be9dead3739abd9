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
    forked_from      uuid,
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

-- Signals and approvals nobody waits for yet.
CREATE TABLE task_signals (
    organization_id uuid NOT NULL,
    task_id         uuid NOT NULL,
    seq             bigint GENERATED ALWAYS AS IDENTITY,
    kind            text NOT NULL CHECK (kind IN ('signal', 'approval')),
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
