import type { LogExport } from "../database/logs/export.js";
import type { FieldType } from "../database/logs/log.js";

/** Which of the two logs. */
export type AuditLogName = "tenant" | "control-plane";

/** A log on its way into a file. */
export interface AuditSource {
  readonly log: AuditLogName;
  readonly fields: Readonly<Record<string, FieldType>>;
  /** Entries as lines of JSON; for every format but jsonl with fields of JSON as texts. */
  readonly lines: LogExport["lines"];
}

export type RawValue = string | number | null | undefined;

/** An entry as the formats read it: what JSON a field of JSON holds is still text, with its digits as they were. */
export type RawEntry = Readonly<Record<string, RawValue>>;

/** The entries of each piece of a log. */
export async function* rawEntries({ lines }: AuditSource): AsyncGenerator<RawEntry[]> {
  for await (const { text } of lines) {
    const each = text.toString("utf8", 0, text.length - 1).split("\n");
    yield each.map((line) => JSON.parse(line) as RawEntry);
  }
}
