// A worker in JavaScript (Node 18 or newer), without any library: claims tasks, holds them, and says how they ended.
const url = (process.env.MAINSTAY_URL ?? "http://127.0.0.1:7070") + "/api/v1/workers/";
const [worker = "worker", ...types] = process.argv.slice(2);
if (types.length === 0) types.push("send-invoice");
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

async function call(verb, body) {
  const headers = { Authorization: `Bearer ${process.env.MAINSTAY_KEY}`, "Content-Type": "application/json" };
  const answer = await fetch(url + verb, { method: "POST", headers, body: JSON.stringify(body) });
  if (answer.status === 503 && verb !== "claim") { // Away or busy, and nothing was stored: said again.
    await pause(Number(answer.headers.get("Retry-After") ?? 5));
    return call(verb, body);
  }
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

// The work of one task belongs here; it is tried again later when it throws.
async function handle({ number, seconds = 0 }, step) {
  const receipt = await step("charge", async () => ({ receipt: `R-${number}` }));
  await pause(seconds);
  return receipt;
}

async function work({ id: task, leaseToken, fence, payload, steps }) {
  const held = { task, leaseToken, fence };
  let position = -1;
  // Runs its work once and keeps the result; when the task runs again, it is there already.
  const step = async (name, once) => {
    const done = steps[++position];
    if (done?.name === name) return done.result;
    return (await call("step", { ...held, position, name, result: await once() })).step.result;
  };
  const renew = () => call("renew", { ...held, lease: "PT30S" }).catch((error) => console.log("not renewed:", error.message));
  const renewing = setInterval(renew, 10_000);
  try {
    const [verb, body] = await handle(payload, step).then(
      (result) => ["complete", { result }],
      (error) => ["fail", { error: String(error) }],
    );
    await call(verb, { ...held, ...body });
  } catch (error) {
    console.log("did not count:", error.message); // 409: the lease is over, and somebody else has the task.
  } finally {
    clearInterval(renewing);
  }
}

for (;;) {
  try {
    const { tasks } = await call("claim", { worker, types, max: 5, lease: "PT30S", wait: "PT30S" });
    await Promise.all(tasks.map(work));
  } catch (error) {
    console.log("no answer, again in five seconds:", error.message);
    await pause(5);
  }
}
