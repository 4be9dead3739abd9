-- What is watched for the unusual: the models of series, what they found, forecasts that rules ask for, and advice.

-- Up to which time points were judged, each with what was stored at that moment. Who judges again after a crash reads
-- the very rows that were judged before: one stored later is late, and stays so. Belongs to no organization.
CREATE TABLE anomaly_passes (
    until    timestamptz PRIMARY KEY,
    since    timestamptz NOT NULL CHECK (since < until),
    snapshot pg_snapshot NOT NULL,
    at       timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One row a watched series: the detector as it stood at `judged_until`, and the anomaly that lasted then.
CREATE TABLE anomaly_models (
    organization_id uuid NOT NULL,
    series_id       bigint NOT NULL,
    judged_until    timestamptz NOT NULL,
    state           bytea NOT NULL,
    began_at        timestamptz,
    calm            integer NOT NULL DEFAULT 0,
    calm_at         timestamptz,
    PRIMARY KEY (organization_id, series_id)
);
-- It comes deflated.
ALTER TABLE anomaly_models ALTER COLUMN state SET STORAGE EXTERNAL;
CREATE INDEX anomaly_models_series ON anomaly_models (series_id);

-- One row an anomaly; score, value, expectation and reason are those of its most unusual point.
CREATE TABLE anomalies (
    organization_id uuid NOT NULL,
    anomaly_id      uuid NOT NULL DEFAULT task_new_id(),
    series_id       bigint NOT NULL,
    agent_id        text COLLATE "C" NOT NULL,
    metric          text COLLATE "C" NOT NULL,
    labels          jsonb NOT NULL,
    unit            text NOT NULL,
    began_at        timestamptz NOT NULL,
    ended_at        timestamptz,
    found_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    peak_at         timestamptz NOT NULL,
    score           double precision NOT NULL,
    value           double precision NOT NULL,
    expected        double precision,
    low             double precision,
    high            double precision,
    why             text NOT NULL CHECK (why <> ''),
    PRIMARY KEY (organization_id, anomaly_id)
);
CREATE UNIQUE INDEX anomalies_series ON anomalies (organization_id, series_id, began_at);
CREATE INDEX anomalies_agent ON anomalies (organization_id, agent_id, anomaly_id);
CREATE INDEX anomalies_open ON anomalies (organization_id, metric) WHERE ended_at IS NULL;

-- When a series will reach the limit that a rule names; null when it will not within the rule's time.
CREATE TABLE metric_forecasts (
    organization_id uuid NOT NULL,
    rule            text COLLATE "C" NOT NULL,
    series_id       bigint NOT NULL,
    at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    limit_value     double precision NOT NULL,
    value           double precision NOT NULL,
    expected        double precision NOT NULL,
    low             double precision,
    high            double precision,
    reaches_at      timestamptz NOT NULL,
    method          text NOT NULL,
    PRIMARY KEY (organization_id, rule, series_id)
);

-- What an agent could be set to, with the stored figures that speak for it. Whether it was taken is seen by the setting;
-- then the same figure is measured again, and at most `bound` confirms the advice.
CREATE TABLE advice (
    organization_id uuid NOT NULL,
    advice_id       uuid NOT NULL DEFAULT task_new_id(),
    kind            text COLLATE "C" NOT NULL,
    agent_id        text COLLATE "C" NOT NULL,
    state           text NOT NULL DEFAULT 'open'
                        CHECK (state IN ('open', 'ignored', 'taken', 'confirmed', 'refuted', 'obsolete')),
    words           text NOT NULL,
    expected        text NOT NULL,
    setting         text NOT NULL,
    proposed        text NOT NULL,
    unit            text NOT NULL,
    measure         double precision NOT NULL,
    goal            double precision NOT NULL,
    bound           double precision NOT NULL,
    evidence        jsonb NOT NULL,
    given_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    taken_at        timestamptz,
    verified_at     timestamptz,
    measured        double precision,
    actor           text,
    note            text,
    CHECK ((state IN ('confirmed', 'refuted')) = (measured IS NOT NULL)),
    PRIMARY KEY (organization_id, advice_id)
);
CREATE UNIQUE INDEX advice_standing ON advice (organization_id, kind, agent_id)
    WHERE state IN ('open', 'ignored', 'taken');

DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['anomaly_models', 'anomalies', 'metric_forecasts', 'advice']
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
GRANT SELECT, INSERT, UPDATE, DELETE ON anomaly_passes TO ${engine};
