-- What people do to tasks, who is there to work on them, and what time does to them.

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
    INSERT INTO tasks (organization_id, id, lane_id, priority, payload, max_attempts, tags, links, forked_from)
    VALUES (tenant, fresh, origin.lane_id, origin.priority, coalesce(new_payload, origin.payload),
        origin.max_attempts, origin.tags, 32, task);
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
