export type AuditFormat = "jsonl" | "csv";

/** Columns of a CSV export, by log: all fields of an entry, in this order. */
export const AUDIT_COLUMNS = {
  tenant: words("id occurredAt accountId actor operation subject rowId method filter rowCount oldValues newValues transactionId"),
  "control-plane": words(
    "id occurredAt operator action outcome accountId accountSlug oldValues newValues reason message command requestId transactionId",
  ),
} as const;

/** A log on its way into a file: as texts of many lines each, or entry by entry. */
export type AuditText = { readonly lines: AsyncIterable<string> } | { readonly entries: AsyncIterable<object> };

function words(text: string): readonly string[] {
  return text.split(" ");
}

export interface FormatOptions {
  readonly columns: readonly string[];
  /** Called with the number of entries so far. */
  readonly onEntry: (count: number) => void;
}

/** Turns a log into the text of a file, piece by piece: lines stay as they are, entries become CSV. */
export async function* formatAudit(log: AuditText, { columns, onEntry }: FormatOptions): AsyncGenerator<string> {
  let count = 0;
  if ("lines" in log) {
    for await (const page of log.lines) {
      if (page === "") continue;
      // Checkpoints are no entries.
      if (!page.startsWith('{"payload":')) count += linesIn(page);
      onEntry(count);
      yield `${page}\n`;
    }
    return;
  }
  yield csvLine(columns);
  for await (const entry of log.entries) {
    yield csvLine(columns.map((name) => (entry as Record<string, unknown>)[name]));
    onEntry(++count);
  }
}

function linesIn(page: string): number {
  let lines = 1;
  for (let at = page.indexOf("\n"); at >= 0; at = page.indexOf("\n", at + 1)) lines++;
  return lines;
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
