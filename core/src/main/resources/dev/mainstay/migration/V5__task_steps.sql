-- What a task keeps of what it has done, and what it waits for without a worker.

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

-- Whether a task is a fork of another one, or a fork of such a fork.
CREATE FUNCTION task_is_fork(tenant uuid, fork uuid, origin uuid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = ${schema}, pg_temp
BEGIN ATOMIC
    WITH RECURSIVE before (id) AS (
        SELECT forked_from FROM tasks WHERE organization_id = tenant AND tasks.id = fork
        UNION
        SELECT forked_from FROM before JOIN tasks USING (id) WHERE organization_id = tenant)
    SELECT coalesce(bool_or(id = origin), false) FROM before;
END;

-- Refuses to wait for what is no child of the task, or cannot end before the task has: both would be for ever. A fork
-- may ask for children of the task it is a fork of, where enough have ended: the end of one of those wakes its own parent
-- alone. Nobody redrives one of them before the answer is stored; whoever is about to is not waited for.
CREATE FUNCTION task_check_children(tenant uuid, task uuid, awaited uuid[], enough integer) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    stranger uuid;
    of_another tasks;
    open_stranger tasks;
    stuck uuid[];
    could_close_circle boolean;
BEGIN
    FOR stranger IN
        SELECT child.id
        FROM unnest(awaited) AS child (id)
        WHERE NOT EXISTS (
            SELECT FROM tasks WHERE organization_id = tenant AND tasks.id = child.id AND parent_id = task)
        ORDER BY child.id
    LOOP
        SELECT * INTO of_another FROM tasks
        WHERE organization_id = tenant AND id = stranger AND task_is_fork(tenant, task, parent_id)
        FOR SHARE NOWAIT;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'task % is no child of task %, which would wait for it for ever', stranger, task
                USING ERRCODE = 'MS010';
        ELSIF of_another.state = 'open' THEN
            open_stranger := of_another;
        END IF;
    END LOOP;
    IF open_stranger.id IS NOT NULL AND enough > (
            SELECT count(*) FROM tasks WHERE organization_id = tenant AND id = ANY (awaited) AND state <> 'open') THEN
        RAISE EXCEPTION 'task % has not ended, and is a child of task %, not of its fork %: redrive the fork when it '
            'has, or fork from before its children were enqueued', open_stranger.id, open_stranger.parent_id, task
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
            WHERE organization_id = tenant AND task_id = task AND kind = wait_kind AND name = wait_name)
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

-- Sends a task what it waits for, now or later; a signal is no approval of the same name.
-- Returns 'taken', 'kept' (nobody waits for it yet), 'over' (the task has ended) or null for one that is unknown.
CREATE FUNCTION task_signal(
        tenant uuid, task uuid, signal_name text, signal_value jsonb, signal_kind text DEFAULT 'signal')
    RETURNS text
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
            AND kind = signal_kind AND name = signal_name) THEN
        PERFORM task_wait_over(tenant, task, signal_value, false);
        RETURN 'taken';
    END IF;
    INSERT INTO task_signals (organization_id, task_id, kind, name, value)
    VALUES (tenant, task, signal_kind, signal_name, signal_value);
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
