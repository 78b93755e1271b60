import type { Finding } from "./finding.js";
import { JsonPart } from "./json-part.js";
import { type Subject, subjectKey, subjectOf } from "./subject.js";

/** One known finding that is accepted until a day. Two findings of one rule on one subject need two entries. */
export interface BaselineEntry extends Subject {
  readonly reason: string;
  /** The last day on which it holds, UTC: `2027-02-21`. */
  readonly until: string;
}

/** How long a finding is accepted when it is taken into a baseline by command. */
const DAYS_ACCEPTED = 90;

const HINT = 'An entry is { "rule", "object", "reason", "until": "2027-02-21" }; one on a file says the "evidence" as well.';

/**
 * Reads a baseline file's text.
 * @param path the file's name, for errors
 * @throws AzoraError INVALID_INPUT naming what is wrong and its line: one read amiss would accept something else
 */
export function parseBaseline(text: string, path: string): BaselineEntry[] {
  const { format, accepted } = JsonPart.parse(text, { path, hint: HINT }).object({ required: ["format", "accepted"] });
  format.must(1);
  return accepted.list().map(entryOf);
}

function entryOf(part: JsonPart): BaselineEntry {
  const { rule, object, evidence, reason, until } = part.object({
    required: ["rule", "object", "reason", "until"],
    optional: ["evidence"],
  });
  if (!isDay(until.text())) until.fail(`${until.name} must be a day, such as 2027-02-21.`);
  // A line moves with whatever is written above it.
  if (object.text().startsWith("file ") && !evidence) part.fail(`${part.name} is on a file and lacks "evidence".`);
  const subject = { rule: rule.text(), object: object.text(), ...(evidence && { evidence: evidence.text() }) };
  return { ...subject, reason: reason.text(), until: until.text() };
}

/** A baseline as a file's text, in an order that keeps differences between two versions small. */
export function formatBaseline(entries: readonly BaselineEntry[]): string {
  const key = (entry: BaselineEntry) => `${subjectKey(entry)}\n${entry.until}`;
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
  return [...kept, ...findings.map((finding) => ({ ...subjectOf(finding), reason, until }))];
}

function isDay(text: string): boolean {
  const time = new Date(text);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}
