-- Service-level objectives: what is promised, what was counted, and how it stands.

-- Until counted_to the events were counted: good and total are running totals since counted_from.
CREATE TABLE slos (
    organization_id uuid NOT NULL,
    name            text COLLATE "C" NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,127}$'),
    source          text NOT NULL CHECK (source IN ('file', 'api')),
    agent_id        text COLLATE "C",
    queue           text COLLATE "C",
    indicator       text NOT NULL CHECK (indicator IN ('success', 'latency', 'heartbeat', 'cost', 'quality')),
    metric          text COLLATE "C",
    bound           double precision,
    objective       double precision NOT NULL CHECK (objective >= 50 AND objective < 100),
    period          interval NOT NULL CHECK (period BETWEEN interval '1 day' AND interval '90 days'),
    min_events      integer NOT NULL CHECK (min_events > 0),
    description     text NOT NULL DEFAULT '',
    counted_from    timestamptz NOT NULL DEFAULT date_bin('1 minute', now(), '2000-01-01Z'),
    counted_to      timestamptz NOT NULL DEFAULT date_bin('1 minute', now(), '2000-01-01Z'),
    good            bigint NOT NULL DEFAULT 0,
    total           bigint NOT NULL DEFAULT 0,
    CHECK ((agent_id IS NULL) <> (queue IS NULL)),
    CHECK (queue IS NULL OR indicator IN ('success', 'latency')),
    CHECK ((metric IS NOT NULL) = (indicator IN ('cost', 'quality'))),
    CHECK ((bound IS NOT NULL) = (indicator IN ('latency', 'cost', 'quality'))),
    CHECK (good BETWEEN 0 AND total),
    PRIMARY KEY (organization_id, name)
) WITH (fillfactor = 70);

-- The running totals at the end of each minute with events; of hours ago each five minutes, of days ago each hour.
CREATE TABLE slo_counts (
    organization_id uuid NOT NULL,
    slo             text COLLATE "C" NOT NULL,
    at              timestamptz NOT NULL,
    good            bigint NOT NULL,
    total           bigint NOT NULL,
    PRIMARY KEY (organization_id, slo, at),
    FOREIGN KEY (organization_id, slo) REFERENCES slos ON DELETE CASCADE
);

-- How each stood when it was counted last; urgency, burn_rate and since while its budget burns too fast.
CREATE TABLE slo_status (
    organization_id uuid NOT NULL,
    slo             text COLLATE "C" NOT NULL,
    at              timestamptz NOT NULL,
    good            bigint NOT NULL,
    total           bigint NOT NULL,
    reached         double precision,
    budget_left     double precision,
    windows         jsonb NOT NULL,
    urgency         text CHECK (urgency IN ('page', 'ticket')),
    burn_rate       double precision,
    since           timestamptz,
    summary         text NOT NULL DEFAULT '',
    PRIMARY KEY (organization_id, slo),
    FOREIGN KEY (organization_id, slo) REFERENCES slos ON DELETE CASCADE
) WITH (fillfactor = 50);

DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['slos', 'slo_counts', 'slo_status'] LOOP
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
