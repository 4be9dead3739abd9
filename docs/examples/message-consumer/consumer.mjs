// A consumer of a group over a WebSocket, in JavaScript without any library: Node 22 or newer, Node 20 and 21 with
// --experimental-websocket, or a browser.
const url = (process.env.MAINSTAY_URL ?? "http://127.0.0.1:7070").replace(/^http/, "ws") + "/api/v1/ws";
const [group = "billing"] = process.argv.slice(2);

// The work of one message belongs here; it comes again later when this throws.
async function handle(message) {
  if (message.body.amount < 0) throw new Error(`amount must not be negative, was ${message.body.amount}`);
  console.log(`billed ${message.body.order}`);
}

function connect() {
  const socket = new WebSocket(url);
  const say = (frame) => socket.send(JSON.stringify(frame));
  socket.onopen = () => {
    say({ type: "auth", token: process.env.MAINSTAY_KEY });
    say({ type: "subscribe", id: "bills", group, credit: 20 });
  };
  socket.onmessage = async ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type === "error") console.log(`refused: ${frame.code}: ${frame.detail}`);
    if (frame.type !== "message") return;
    const { position } = frame.message;
    await handle(frame.message).then(
      () => say({ type: "ack", id: "bills", position }),
      (error) => say({ type: "fail", id: "bills", position, error: String(error.message) }),
    );
  };
  socket.onclose = ({ code, reason }) => {
    console.log(`closed with ${code} ${reason}, again in five seconds`);
    setTimeout(connect, 5_000);
  };
}

connect();
