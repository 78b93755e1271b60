/** What `--json` prints: one document, of the same shape from every command. */

/** Integers that JSON's readers would round are written as strings. */
function safe(_key: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

export function toJson(value: unknown): string {
  return JSON.stringify(value, safe, 2);
}

/** One line: what a stream is made of. */
export function toJsonLine(value: unknown): string {
  return `${JSON.stringify(value, safe)}\n`;
}
