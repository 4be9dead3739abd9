-- How a task comes to be, where it stands while it is open, and what its end changes for others.
--
-- The functions of tasks run with the rights of who calls them, so a request touches only its organization's rows. They
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

-- Puts a task that no worker holds into its final state; the links it had, null when it has ended already. What its end
-- changes for others is for the caller to see to.
CREATE FUNCTION task_close(tenant uuid, task uuid, final_state text, why text) RETURNS integer
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
        RETURN NULL;
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
    RETURN done.links;
END $$;

-- What the end of a linked task changes for the next to it. Its row is already in its final state. Returns those that
-- ended with it and have links themselves.
CREATE FUNCTION task_settle_one(tenant uuid, task uuid) RETURNS SETOF uuid
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
            ELSIF task_close(tenant, dependent, 'cancelled',
                    'it needs task ' || task || ', which ended ' || done.state) <> 0 THEN
                RETURN NEXT dependent;
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

-- What the end of a linked task changes for others, one after the other however long the chain of them is.
CREATE FUNCTION task_settle(tenant uuid, task uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    ended uuid[] := ARRAY[task];
    place integer := 1;
    another uuid;
BEGIN
    WHILE place <= cardinality(ended) LOOP
        FOR another IN SELECT * FROM task_settle_one(tenant, ended[place]) LOOP
            ended := array_append(ended, another);
        END LOOP;
        place := place + 1;
    END LOOP;
END $$;

-- Ends a task that no worker holds; false when it has ended already. The caller has made sure that none holds it, by
-- holding the lock of the task's row while it looked.
CREATE FUNCTION task_end(tenant uuid, task uuid, final_state text, why text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE
    SET search_path = ${schema}, pg_temp
AS $$
DECLARE
    links integer := task_close(tenant, task, final_state, why);
BEGIN
    IF links <> 0 THEN
        PERFORM task_settle(tenant, task);
    END IF;
    RETURN links IS NOT NULL;
END $$;
