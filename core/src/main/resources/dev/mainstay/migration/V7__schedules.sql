-- Schedules: tasks enqueued when their time has come. The moments of a cron expression are computed by the program; what
-- is due, what has fired and what that came to is decided here, by this database's clock.

-- next_at is when it fires next: null while it is paused or declared nowhere any more (undeclared), and when no moment is
-- left. Only what must be looked at has an entry in its index.
CREATE TABLE schedules (
    organization_id uuid NOT NULL,
    name            text COLLATE "C" NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,127}$'),
    id              uuid NOT NULL DEFAULT gen_random_uuid(),
    source          text NOT NULL CHECK (source IN ('code', 'file', 'api')),
    declared_by     text,
    undeclared      boolean NOT NULL DEFAULT false,
    description     text NOT NULL DEFAULT '',
    cron            text,
    zone            text,
    every           interval CHECK (every >= interval '1 second'),
    once_at         timestamptz,
    starts_at       timestamptz,
    ends_at         timestamptz,
    missed          text NOT NULL CHECK (missed IN ('skip', 'once', 'all')),
    missed_limit    integer NOT NULL CHECK (missed_limit BETWEEN 1 AND 1000),
    missed_after    interval NOT NULL CHECK (missed_after > interval '0'),
    overlap         text NOT NULL CHECK (overlap IN ('skip', 'buffer-one', 'buffer-all', 'cancel-other', 'allow-all')),
    task_type       text COLLATE "C" NOT NULL CHECK (task_type ~ '^[a-z0-9][a-z0-9._-]{0,127}$'),
    task_queue      text COLLATE "C" NOT NULL CHECK (task_queue ~ '^[a-z0-9][a-z0-9._-]{0,127}$'),
    payload         jsonb NOT NULL,
    priority        smallint NOT NULL CHECK (priority BETWEEN 0 AND 3),
    tags            text[] NOT NULL DEFAULT '{}',
    max_attempts    integer CHECK (max_attempts > 0),
    expires_after   interval CHECK (expires_after > interval '0'),
    ordering_key    text CHECK (ordering_key IS NULL OR overlap = 'allow-all'),
    paused          boolean NOT NULL DEFAULT false,
    pause_reason    text,
    next_at         timestamptz,
    version         bigint NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (num_nonnulls(cron, every, once_at) = 1),
    CHECK ((cron IS NULL) = (zone IS NULL)),
    CHECK (starts_at < ends_at),
    CHECK (NOT (paused OR undeclared) OR next_at IS NULL),
    CHECK (paused = (pause_reason IS NOT NULL)),
    PRIMARY KEY (organization_id, name)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX schedules_id ON schedules (organization_id, id);
CREATE INDEX schedules_next_at ON schedules (next_at) WHERE next_at IS NOT NULL;

-- Each moment of a schedule once, with its task: the key is what keeps two from firing it. is_open says that its task
-- has not been seen to have ended; what looks at overlapping tasks looks at those rows alone.
CREATE TABLE schedule_fires (
    organization_id uuid NOT NULL,
    schedule_id     uuid NOT NULL,
    planned_at      timestamptz NOT NULL,
    cause           text NOT NULL CHECK (cause IN ('planned', 'backfill', 'manual')),
    outcome         text NOT NULL CHECK (outcome IN ('enqueued', 'skipped', 'missed')),
    fired_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    task_id         uuid,
    is_open         boolean NOT NULL,
    actor           text,
    CHECK ((outcome = 'enqueued') = (task_id IS NOT NULL)),
    CHECK (NOT is_open OR task_id IS NOT NULL),
    PRIMARY KEY (organization_id, schedule_id, planned_at)
);
CREATE INDEX schedule_fires_open ON schedule_fires (organization_id, schedule_id, planned_at) WHERE is_open;
CREATE INDEX schedule_fires_fired_at ON schedule_fires (fired_at);

DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['schedules', 'schedule_fires'] LOOP
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

-- The functions below run with the rights of who calls them. They lock in one order: the schedule, then its fires, then
-- tasks.

-- A moment as ISO-8601 has it, in UTC.
CREATE FUNCTION schedule_moment(moment timestamptz) RETURNS text
    LANGUAGE sql STABLE
    SET search_path = ${schema}, pg_temp
AS $$
    SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
        || CASE WHEN moment = date_trunc('second', moment) THEN '' ELSE to_char(moment, '.US') END || 'Z'
$$;

-- Whether a task has not ended. A function of its own, so that it is one look by key for each fire whatever the planner
-- thinks of the size of tables.
CREATE FUNCTION task_is_open(tenant uuid, task uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path = ${schema}, pg_temp
AS $$
BEGIN
    RETURN EXISTS (SELECT FROM tasks WHERE organization_id = tenant AND id = task AND state = 'open');
END $$;

-- The first tasks of a schedule that have not ended, in the order of their moments; forgets some of those that have.
CREATE FUNCTION schedule_open_tasks(tenant uuid, schedule uuid, most integer) RETURNS uuid[]
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
BEGIN
    WITH oldest AS MATERIALIZED (
        SELECT planned_at, task_id FROM schedule_fires
        WHERE organization_id = tenant AND schedule_id = schedule AND is_open
        ORDER BY planned_at LIMIT 10),
    ended AS MATERIALIZED (
        SELECT planned_at FROM oldest WHERE NOT task_is_open(tenant, task_id))
    UPDATE schedule_fires fire
    SET is_open = false
    FROM ended
    WHERE organization_id = tenant AND schedule_id = schedule AND fire.planned_at = ended.planned_at;
    RETURN ARRAY(
        SELECT task_id
        FROM schedule_fires
        WHERE organization_id = tenant AND schedule_id = schedule AND is_open AND task_is_open(tenant, task_id)
        ORDER BY planned_at
        LIMIT most);
END $$;

-- Fires one moment of a schedule: its row and its task, or none of both. 'already' when the moment had its fire; a moment
-- that was missed or skipped may be fired again by a back-fill alone. Nothing when there is no such schedule.
CREATE FUNCTION schedule_fire(
        tenant uuid, schedule uuid, planned timestamptz, fire_cause text, by_actor text DEFAULT NULL,
        overlapping text DEFAULT NULL)
    RETURNS TABLE (fire_outcome text, fired_task uuid)
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    plan schedules;
    former schedule_fires;
    policy text;
    open_tasks uuid[];
    open_task uuid;
    fresh uuid := task_new_id();
    enough integer;
    does_skip boolean;
    content text;
BEGIN
    SELECT * INTO plan FROM schedules WHERE organization_id = tenant AND id = schedule FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT * INTO former FROM schedule_fires
    WHERE organization_id = tenant AND schedule_id = schedule AND planned_at = planned;
    IF former.task_id IS NOT NULL OR FOUND AND fire_cause <> 'backfill' THEN
        RETURN QUERY SELECT 'already', former.task_id;
        RETURN;
    END IF;
    policy := coalesce(overlapping, plan.overlap);
    -- Null for all of them.
    enough := CASE policy WHEN 'skip' THEN 1 WHEN 'buffer-one' THEN 2 WHEN 'cancel-other' THEN NULL ELSE 0 END;
    open_tasks := schedule_open_tasks(tenant, schedule, enough);
    does_skip := policy IN ('skip', 'buffer-one') AND cardinality(open_tasks) = enough;
    INSERT INTO schedule_fires AS fire (organization_id, schedule_id, planned_at, cause, outcome, task_id, is_open, actor)
    VALUES (tenant, schedule, planned, fire_cause, CASE WHEN does_skip THEN 'skipped' ELSE 'enqueued' END,
        CASE WHEN NOT does_skip THEN fresh END, NOT does_skip, by_actor)
    ON CONFLICT (organization_id, schedule_id, planned_at) DO UPDATE
    SET cause = excluded.cause, outcome = excluded.outcome, fired_at = excluded.fired_at, task_id = excluded.task_id,
        is_open = excluded.is_open, actor = excluded.actor
    WHERE fire.task_id IS NULL AND excluded.cause = 'backfill';
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'already', NULL::uuid;
        RETURN;
    ELSIF does_skip THEN
        RETURN QUERY SELECT 'skipped', NULL::uuid;
        RETURN;
    END IF;
    IF policy = 'cancel-other' THEN
        FOREACH open_task IN ARRAY open_tasks LOOP
            PERFORM task_cancel(tenant, open_task,
                'replaced by the next fire of schedule ' || plan.name || ', planned at ' || schedule_moment(planned));
        END LOOP;
    END IF;
    content := replace(replace(plan.payload::text, '$' || '{schedule.planned}', schedule_moment(planned)),
        '$' || '{schedule.name}', plan.name);
    PERFORM FROM task_enqueue(
        tenant => tenant, task_type => plan.task_type, task_payload => content::jsonb, task_queue => plan.task_queue,
        task => fresh, task_priority => plan.priority, time_to_live => plan.expires_after,
        ordering => CASE WHEN policy = 'allow-all' THEN plan.ordering_key ELSE 'schedule:' || plan.name END,
        task_tags => plan.tags || ('schedule:' || plan.name), most_attempts => plan.max_attempts,
        by_actor => coalesce(by_actor, 'schedule:' || plan.name));
    RETURN QUERY SELECT 'enqueued', fresh;
END $$;

-- Forgets fires decided before a moment whose tasks have ended, some at a time; how many.
CREATE FUNCTION schedule_fires_forget(before timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
    WITH old AS MATERIALIZED (
        SELECT fire.organization_id, fire.schedule_id, fire.planned_at
        FROM schedule_fires fire
        WHERE fire.fired_at < before
            AND NOT (fire.is_open AND task_is_open(fire.organization_id, fire.task_id))
        ORDER BY fire.fired_at
        LIMIT 10000),
    forgotten AS (
        DELETE FROM schedule_fires fire
        USING old
        WHERE fire.organization_id = old.organization_id AND fire.schedule_id = old.schedule_id
            AND fire.planned_at = old.planned_at
        RETURNING 1)
    SELECT count(*) FROM forgotten
$$;
REVOKE EXECUTE ON FUNCTION schedule_fires_forget FROM PUBLIC;
GRANT EXECUTE ON FUNCTION schedule_fires_forget TO ${engine};
