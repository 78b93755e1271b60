import { toJsonLine } from "./json.js";

export type AuditFormat = "jsonl" | "csv";

/** Columns of a CSV export, by log: all fields of an entry, in this order. */
export const AUDIT_COLUMNS = {
  tenant: words("id occurredAt accountId actor operation subject rowId method filter rowCount oldValues newValues transactionId"),
  "control-plane": words(
    "id occurredAt operator action outcome accountId accountSlug oldValues newValues reason message command requestId transactionId",
  ),
} as const;

function words(text: string): readonly string[] {
  return text.split(" ");
}

export interface FormatOptions {
  readonly format: AuditFormat;
  readonly columns: readonly string[];
  /** Called with the number of entries so far. */
  readonly onEntry: (count: number) => void;
}

/** Turns entries into the text of a file, one at a time. */
export async function* formatAudit(entries: AsyncIterable<object>, options: FormatOptions): AsyncGenerator<string> {
  const { format, columns, onEntry } = options;
  let count = 0;
  if (format === "csv") yield csvLine(columns);
  for await (const entry of entries) {
    yield format === "csv" ? csvLine(columns.map((name) => (entry as Record<string, unknown>)[name])) : toJsonLine(entry);
    onEntry(++count);
  }
}

/** RFC 4180: CRLF, quotes doubled inside quotes. */
function csvLine(values: readonly unknown[]): string {
  return `${values.map(csvCell).join(",")}\r\n`;
}

function csvCell(value: unknown): string {
  const text = csvText(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "string") return harmless(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * A spreadsheet runs a cell that begins like this as a formula, and what stands in an audit
 * log was written by whoever was logged. An apostrophe in front makes it text.
 */
function harmless(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
