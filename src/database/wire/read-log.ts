import { type ReadTag, subjectOf, withoutLiterals } from "./read-tag.js";

/** One read, as guard.log_reads() takes it. */
export interface ReadEntry {
  readonly subject: string;
  readonly method: string;
  readonly filter: unknown;
  /** Rows handed over, where that is known when the entry is written: in transactions. */
  readonly rows?: number;
}

/** $1 the context's token, $2 the entries as JSON, $3 whether to wait for the disk. */
export const LOG_READS = "SELECT guard.log_reads($1, $2::jsonb, $3)";

/** What the log says of a statement, or undefined for one that brings no rows of a table back. */
export function readEntry(text: string, tag: ReadTag | undefined): ReadEntry | undefined {
  if (!tag || tag.isRaw) {
    if (bringsNothingBack(text)) return undefined;
    const sql = withoutLiterals(text);
    return { subject: subjectOf(sql), method: tag?.method ?? "unknown", filter: { sql } };
  }
  return text.startsWith("SELECT") ? { subject: subjectOf(text), method: tag.method, filter: tag.filter } : undefined;
}

/** Triggers log what is written; what else a raw statement may return, nobody can tell from its text. */
function bringsNothingBack(text: string): boolean {
  return (
    /^\s*(INSERT|UPDATE|DELETE|MERGE|SET|RESET|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|LISTEN|NOTIFY|UNLISTEN)\b/i.test(text) &&
    !/RETURNING/i.test(text)
  );
}
