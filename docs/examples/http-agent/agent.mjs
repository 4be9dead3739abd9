// An agent in JavaScript (Node 18 or newer), without any library: registers, works, reports, and does what is asked.
const url = (process.env.MAINSTAY_URL ?? "http://127.0.0.1:7070") + "/api/v1/agents";
const id = process.argv[2] ?? "price-sync";
const modes = { pause: "paused", maintenance: "maintenance", resume: "running", shutdown: "shutdown" };

async function call(path, body) {
  const headers = { Authorization: `Bearer ${process.env.MAINSTAY_KEY}`, "Content-Type": "application/json" };
  const answer = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer.json();
}

const register = () => call("", { id, interval: "PT1S", heartbeatInterval: "PT1S", capabilities: ["prices"] });

let lease = await register();
let mode = "running";
for (let sequence = 1; mode !== "shutdown"; sequence++) {
  const begin = performance.now();
  const ticks = mode === "running" ? 1 : 0;
  // The work of one tick belongs here; it counts as failed when it throws.
  const heartbeat = { sequence, mode, ticks, items: ticks, busyMs: performance.now() - begin };
  const metrics = [{ name: "prices.pulled", value: ticks, unit: "count" }];
  const { fence, leaseToken } = lease;
  for (const { command } of (await call(`/${id}/heartbeat`, { fence, leaseToken, heartbeat, metrics })).commands) {
    mode = modes[command] ?? "running";
    if (command === "restart") [lease, sequence] = [await register(), 0];
  }
  if (mode !== "shutdown") await new Promise((done) => setTimeout(done, 1000));
}
await call(`/${id}/heartbeat`, { fence: lease.fence, leaseToken: lease.leaseToken, heartbeat: { mode } });
