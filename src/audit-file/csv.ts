import { type AuditSource, type RawEntry, rawEntries } from "./source.js";

/** RFC 4180: a line of titles, then one an entry; CRLF, quotes doubled inside quotes. */
export async function* encodeCsv(source: AuditSource): AsyncGenerator<Uint8Array> {
  const names = Object.keys(source.fields);
  yield Buffer.from(csvLine(names));
  for await (const entries of rawEntries(source)) {
    yield Buffer.from(entries.map((entry) => csvLine(cellsOf(entry, names, source.fields))).join(""));
  }
}

function cellsOf(entry: RawEntry, names: readonly string[], fields: AuditSource["fields"]): string[] {
  return names.map((name) => {
    const value = entry[name];
    if (value === null || value === undefined) return "";
    return fields[name] === "text" ? harmless(String(value)) : String(value);
  });
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map(quoted).join(",")}\r\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A spreadsheet runs a cell that begins like this as a formula, and what stands in an audit
 * log was written by whoever was logged. An apostrophe in front makes it text.
 */
function harmless(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
