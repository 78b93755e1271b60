import type { Lines } from "../wire/copy-out.js";

/** Lines one by one, as they stand. */
export async function* eachLine(pieces: AsyncIterable<Lines>): AsyncGenerator<string> {
  for await (const { text } of pieces) yield* text.toString("utf8", 0, text.length - 1).split("\n");
}

/** Lines as entries, their times as dates. */
export async function* entriesOf<Entry>(pieces: AsyncIterable<Lines>): AsyncGenerator<Entry> {
  for await (const line of eachLine(pieces)) yield toEntry<Entry>(line);
}

/** A line as an entry; both logs call its time `occurredAt`. */
export function toEntry<Entry>(line: string): Entry {
  const entry = JSON.parse(line) as { occurredAt: string };
  return { ...entry, occurredAt: new Date(entry.occurredAt) } as Entry;
}
