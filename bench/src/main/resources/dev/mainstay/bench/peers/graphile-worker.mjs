// Fills and drains a Graphile Worker queue once for each line on stdin, a number of tasks; answers with the seconds of
// both, as JSON. The database is told by the PG… variables. It ends when stdin does.
import { createInterface } from 'node:readline';
import pg from 'pg';
import { Logger, makeWorkerUtils, runTaskList } from 'graphile-worker';

const JOBS_AT_ONCE = 24;
const BATCH = 10_000;
const [payload] = process.argv.slice(2).map((text) => JSON.parse(text));
const silent = new Logger(() => () => {});
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function connections(max) {
  const lost = (error) => console.error(`a connection of Graphile Worker was lost: ${error.message}`);
  const opened = new pg.Pool({ max });
  opened.on('error', lost);
  opened.on('connect', (client) => client.on('error', lost));
  return opened;
}

const pool = connections(8);
const utils = await makeWorkerUtils({ pgPool: pool, logger: silent });
await utils.migrate();

// What its documentation says about performance: a local queue, and completions in batches.
const worker = {
  concurrentJobs: JOBS_AT_ONCE,
  maxPoolSize: JOBS_AT_ONCE + 1,
  localQueue: { size: 500 },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
};

async function open() {
  const { rows } = await pool.query('SELECT count(*) AS jobs FROM graphile_worker._private_jobs');
  return Number(rows[0].jobs);
}

async function enqueue(tasks) {
  const began = performance.now();
  for (let from = 0; from < tasks; from += BATCH) {
    const size = Math.min(BATCH, tasks - from);
    await utils.addJobs(Array.from({ length: size }, () => ({ identifier: 'no-op', payload })));
  }
  return (performance.now() - began) / 1000;
}

async function drain(tasks) {
  let handled = 0;
  const working = connections(JOBS_AT_ONCE + 1);
  const began = performance.now();
  const runner = runTaskList({ preset: { worker }, logger: silent }, { 'no-op': () => void handled++ }, working);
  while (handled < tasks || (await open()) > 0) {
    await pause(2);
  }
  const seconds = (performance.now() - began) / 1000;
  await runner.gracefulShutdown();
  await working.end();
  return seconds;
}

for await (const line of createInterface({ input: process.stdin })) {
  const tasks = Number(line);
  await pool.query('TRUNCATE graphile_worker._private_jobs');
  await pool.query('VACUUM ANALYZE');
  await pool.query('CHECKPOINT');
  const enqueueSeconds = await enqueue(tasks);
  await pool.query('ANALYZE');
  const drainSeconds = await drain(tasks);
  console.log(JSON.stringify({ enqueueSeconds, drainSeconds }));
}
process.exit(0);
