// JSON whose numbers keep every digit. A payload is not ours: shown and sent back, it must be what it was.

/** Properties that hold what somebody else gave. */
const FOREIGN = ["payload", "result", "body", "headers"];

/** A number that a double would change stays the text it is; where the browser cannot do that, it is rounded as ever. */
const asWritten = (key, value, context) => (typeof value === "number" && context?.source !== undefined && String(value) !== context.source ? JSON.rawJSON(context.source) : value);

/** All of it with every digit. */
export const parseExact = (text) => (JSON.rawJSON ? JSON.parse(text, asWritten) : JSON.parse(text));

/** An answer: numbers to reckon with, and what is not ours with every digit. */
export function parseAnswer(text) {
  const answer = JSON.parse(text);
  if (!FOREIGN.some((name) => text.includes(`"${name}"`))) return answer;
  return laidOver(answer, parseExact(text));
}

function laidOver(plain, exact) {
  if (plain === null || typeof plain !== "object") return plain;
  for (const key of Object.keys(plain)) plain[key] = FOREIGN.includes(key) ? exact[key] : laidOver(plain[key], exact[key]);
  return plain;
}
