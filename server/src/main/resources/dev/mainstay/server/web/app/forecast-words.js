// What forecasts say, in words. Pure functions.

import { age, quantity } from "./format.js";

export const AHEADS = [["PT6H", "6 h"], ["P1D", "1 day"], ["P3D", "3 days"], ["P7D", "7 days"], ["P30D", "30 days"]];
const FIELDS = ["agent", "name", "ahead", "reaches"];

/** The filter of an address. */
export function filterOf(query) {
  const filter = Object.fromEntries(FIELDS.map((field) => [field, query[field] ?? ""]));
  return { ...filter, ahead: AHEADS.some(([ahead]) => ahead === filter.ahead) ? filter.ahead : "P1D" };
}

export const labelsOf = ({ labels }) => Object.entries(labels).map(([name, value]) => `${name} ${value}`).join(", ");

/** What is expected at the end, with its band where there is one. */
export function expected({ points, unit }) {
  const last = points.at(-1);
  if (!last) return "";
  const band = last.low === null ? "" : ` (${quantity(last.low, unit)} to ${quantity(last.high, unit)})`;
  return `${quantity(last.expected, unit)}${band}`;
}

/** When the limit is reached; "" when none was asked for. */
export function limitWords({ points, reaches, reachesAt }, now) {
  if (reaches === null || points.length === 0) return "";
  return reachesAt ? `in ${age(Date.parse(reachesAt) - now)}` : "not within this time";
}
