import { foreignIds, KNOWN_ID, markerOf } from "./program.js";

/** An answer as it is compared: without what differs from run to run, and with what must not be in it. */
export interface Answer {
  /** Whether it was an answer, and not an error. */
  readonly ok: boolean;
  readonly text: string;
  /** Words and ids of other tenants in it. */
  readonly foreign: readonly string[];
}

interface Listener {
  readonly tenant: number;
  readonly opaque: boolean;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)?/g;
/** Errors whose words hold a duration, or tell in which of several ways the same thing was noticed. */
const TIMED = new Set(["P2028"]);

/** @param result a value, or an error as a value */
export function answerOf(result: unknown, { tenant, opaque }: Listener): Answer {
  const isError = result instanceof Error;
  const whole = isError ? wordsOf(result) : (JSON.stringify(plain(result)) ?? "nothing");
  const told = isError ? failure(result) : whole;
  const text = opaque ? (isError ? "an error" : "an answer") : canonical(told);
  return { ok: !isError, text, foreign: foreignIn(whole, tenant, isError) };
}

/** The answer of a session that was ended, or of a transaction that ran out of time. */
export function lost(error: unknown): Answer {
  return { ok: false, text: error instanceof Error ? "lost" : "not lost", foreign: [] };
}

/** Makes a text the same in every run: ids that were made up and times get names. */
export function canonical(text: string): string {
  return text.replace(UUID, (id) => (KNOWN_ID.test(id) ? id : "<made id>")).replace(TIME, "<time>");
}

/** Dates, decimals and big integers as text; rows in an order of their own, since SQL promises none. */
export function plain(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object") return value;
  if (value instanceof Date) return "<time>";
  if (Array.isArray(value)) return value.map(plain).sort((a, b) => order(JSON.stringify(a), JSON.stringify(b)));
  if (!isPlain(value)) return String(value);
  const entries = Object.entries(value).filter(([name]) => name !== "transactionId" && name !== "transaction_id");
  return Object.fromEntries(entries.sort(([a], [b]) => order(a, b)).map(([name, inner]) => [name, plain(inner)]));
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What of an error has to be the same: its code and the sentence at its end. */
function failure(error: Error): string {
  const { code } = error as { code?: unknown };
  if (TIMED.has(String(code))) return `error ${String(code)}`;
  const sentence = error.message.trim().split("\n").at(-1) ?? "";
  return `error ${String(code ?? error.name)}: ${sentence}`;
}

function wordsOf(error: Error): string {
  const { meta, cause } = error as { meta?: unknown; cause?: unknown };
  const more = [meta, cause].map((part) => (part instanceof Error ? part.message : JSON.stringify(plain(part))));
  return [error.message, ...more].join("\n");
}

/** Errors repeat the arguments, ids of others' that the caller named among them; no argument holds another's marker. */
function foreignIn(text: string, tenant: number, isError: boolean): string[] {
  const others = [0, 1, 2].filter((at) => at !== tenant);
  const found = others.map(markerOf).filter((marker) => text.toUpperCase().includes(marker));
  return isError ? found : [...found, ...(foreignIds(tenant).exec(text) ?? [])];
}
