// Every request of the dashboard. It knows nothing the public API does not offer to everyone.

import { parseAnswer } from "./exact-json.js";
import * as session from "./session.js";

/** A refusal of the server (RFC 9457), or the news that there is no server. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? "";
    this.errors = problem.errors ?? [];
  }

  /** True when nobody answered, so that trying again may help. */
  get away() {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export function headers(more = {}) {
  return { Authorization: `Bearer ${session.key() ?? ""}`, ...more };
}

async function request(method, path, body, more = {}) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: headers(body === undefined ? more : { "Content-Type": "application/json", ...more }),
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
    });
  } catch {
    throw new Refusal(0, { title: "Mainstay does not answer." });
  }
  if (!response.ok) throw new Refusal(response.status, await problemOf(response));
  return response.status === 204 ? null : parseAnswer(await response.text());
}

export async function problemOf(response) {
  try {
    return await response.json();
  } catch {
    return { title: response.statusText };
  }
}

function query(parameters) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== "") search.set(name, value);
  }
  return search.size === 0 ? "" : `?${search}`;
}

export const get = (path, parameters = {}) => request("GET", path + query(parameters));
export const post = (path, body = {}) => request("POST", path, body);
export const put = (path, body, more = {}) => request("PUT", path, body, more);
export const remove = (path) => request("DELETE", path);

/** All items of a list, page after page. */
export async function all(path, parameters = {}) {
  const items = [];
  let cursor;
  do {
    const page = await get(path, { ...parameters, cursor });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
}

export const alertPath = (id, rest = "") => `/api/v1/alerts/${encodeURIComponent(id)}${rest}`;
export const recoveryPath = (id, rest = "") => `/api/v1/recoveries/${encodeURIComponent(id)}${rest}`;
export const sloPath = (name) => `/api/v1/slos/${encodeURIComponent(name)}`;
export const agentPath = (id, rest = "") => `/api/v1/agents/${encodeURIComponent(id)}${rest}`;
export const nodePath = (id, rest = "") => `/api/v1/nodes/${encodeURIComponent(id)}${rest}`;
export const schedulePath = (name, rest = "") => `/api/v1/schedules/${encodeURIComponent(name)}${rest}`;
export const taskPath = (id, rest = "") => `/api/v1/tasks/${encodeURIComponent(id)}${rest}`;
export const queuePath = (name, rest = "") => `/api/v1/queues/${encodeURIComponent(name)}${rest}`;
export const statePath = (key) => `/api/v1/state/${key.split("/").map(encodeURIComponent).join("/")}`;
