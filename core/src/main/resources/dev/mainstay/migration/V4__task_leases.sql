-- Who holds a task, how its attempts end, and what becomes of what the dead held.

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

-- What is left of the starts of a period, filled up to this moment.
CREATE FUNCTION task_tokens(bound task_limits) RETURNS double precision
    LANGUAGE sql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
    SELECT least(bound.rate, bound.tokens + CASE WHEN bound.filled_at = '-infinity' THEN bound.rate
        ELSE extract(epoch FROM clock_timestamp() - bound.filled_at) * bound.rate / bound.rate_seconds END)
$$;

-- How many more tasks of a queue may start at the moment; who holds its limits knows that nobody else starts one.
CREATE FUNCTION task_room(tenant uuid, in_queue text) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path = ${schema}, pg_temp
AS $$
    SELECT greatest(0, coalesce(min(least(bound.concurrency - running.tasks, floor(task_tokens(bound)))),
        2147483647))::integer
    FROM task_limits bound
    CROSS JOIN LATERAL (
        SELECT count(*) AS tasks
        FROM task_claims claim
        JOIN task_lanes lane ON lane.organization_id = tenant AND lane.lane_id = claim.lane_id
        CROSS JOIN unnest(claim.task_ids) AS held (id)
        JOIN tasks task ON task.organization_id = tenant AND task.id = held.id AND task.state = 'open'
        WHERE bound.concurrency IS NOT NULL AND claim.organization_id = tenant
            AND bound.queue IN ('', lane.queue)) running
    WHERE bound.organization_id = tenant AND bound.queue IN ('', in_queue)
$$;

-- The same, and locks the limits of the queue until the transaction ends.
CREATE FUNCTION task_allowance(tenant uuid, in_queue text) RETURNS integer
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
BEGIN
    PERFORM FROM task_limits WHERE organization_id = tenant AND queue IN ('', in_queue) ORDER BY queue FOR UPDATE;
    UPDATE task_limits bound
    SET tokens = task_tokens(bound), filled_at = clock_timestamp()
    WHERE organization_id = tenant AND queue IN ('', in_queue) AND rate IS NOT NULL;
    RETURN task_room(tenant, in_queue);
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
