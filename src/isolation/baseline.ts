import { AzoraError } from "../errors.js";
import type { Finding } from "./finding.js";

/** One known finding that is accepted until a day. Two findings of one rule on one object need two entries. */
export interface BaselineEntry {
  readonly rule: string;
  readonly object: string;
  readonly reason: string;
  /** The last day on which it holds, UTC: `2027-02-21`. */
  readonly until: string;
}

/** How long a finding is accepted when it is taken into a baseline by command. */
const DAYS_ACCEPTED = 90;

/**
 * Reads a baseline file's text.
 * @param file its name, for errors
 * @throws AzoraError INVALID_INPUT naming the entry that is wrong: one read amiss would accept something else
 */
export function parseBaseline(text: string, file: string): BaselineEntry[] {
  const document = parseJson(text, file) as { format?: unknown; accepted?: unknown } | null;
  if (document?.format !== 1 || !Array.isArray(document.accepted)) {
    throw invalid(file, "it has to be { format: 1, accepted: [ … ] }");
  }
  return document.accepted.map((entry: Record<string, unknown> | null, at) => {
    const { rule, object, reason, until } = entry ?? {};
    if (!isText(rule) || !isText(object)) throw invalid(file, `entry ${at + 1} names no rule or no object`);
    if (!isText(reason)) throw invalid(file, `entry ${at + 1} (${rule}, ${object}) says no reason`);
    if (!isText(until) || !isDay(until)) throw invalid(file, `entry ${at + 1} (${rule}, ${object}) says no day in "until"`);
    return { rule, object, reason, until };
  });
}

/** A baseline as a file's text, in an order that keeps differences between two versions small. */
export function formatBaseline(entries: readonly BaselineEntry[]): string {
  const key = ({ rule, object, until }: BaselineEntry) => `${rule}\n${object}\n${until}`;
  const accepted = [...entries].sort((one, other) => (key(one) < key(other) ? -1 : 1));
  return `${JSON.stringify({ format: 1, accepted }, null, 2)}\n`;
}

/** What a baseline becomes when findings are accepted: entries that still hold stay, those for nothing go. */
export function renewBaseline(
  findings: readonly Finding[],
  kept: readonly BaselineEntry[],
  { reason, today }: { readonly reason: string; readonly today: string },
): BaselineEntry[] {
  const until = new Date(Date.parse(today) + DAYS_ACCEPTED * 86_400_000).toISOString().slice(0, 10);
  return [...kept, ...findings.map(({ rule, object }) => ({ rule, object, reason, until }))];
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `The baseline ${file} is no JSON.`, { cause: error });
  }
}

function invalid(file: string, what: string): AzoraError {
  return new AzoraError("INVALID_INPUT", `The baseline ${file} can't be used: ${what}.`, {
    hint: 'An entry is { "rule", "object", "reason", "until": "2027-02-21" }.',
  });
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function isDay(text: string): boolean {
  const time = new Date(text);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}
