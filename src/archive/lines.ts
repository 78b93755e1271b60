import type { ColumnShape } from "./manifest.js";

export const LINE_END = 0x0a;
const [COMMA, OPEN, CLOSE] = [0x2c, 0x5b, 0x5d];

/** What the lines of a table have to be. */
export interface LineRules {
  readonly columns: readonly ColumnShape[];
  readonly accountColumn: string;
  /** Whose rows these are. */
  readonly accountId: string;
}

/**
 * Looks at every line: an object with exactly the table's columns, each a text or null, and of the one account.
 * @param text whole lines
 * @returns how many
 * @throws RangeError saying which line, and what is wrong with it
 */
export function checkLines(text: Buffer, { columns, accountColumn, accountId }: LineRules): number {
  const known = new Set(columns.map(({ name }) => name));
  let lines = 0;
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf(LINE_END, from);
    if (end < 0) throw new RangeError("the last line is cut short");
    lines += 1;
    const wrong = flawOf(text.toString("utf8", from, end));
    if (wrong) throw new RangeError(`line ${lines} ${wrong}`);
    from = end + 1;
  }
  return lines;

  function flawOf(line: string): string | undefined {
    const row = parse(line);
    if (row === undefined) return "is no JSON object";
    let names = 0;
    for (const name in row) {
      const value = row[name];
      if (!known.has(name)) return `has "${name.slice(0, 64)}", which the table hasn't`;
      if (typeof value !== "string" && value !== null) return `has no text in "${name}"`;
      names += 1;
    }
    if (names < known.size) return "lacks a column";
    return row[accountColumn] === accountId ? undefined : "is a row of another account";
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Whole lines as one JSON array, as the database takes it: no line of ours has a line's end in it. */
export function toArray(text: Buffer): Buffer {
  const array = Buffer.allocUnsafe(text.length + 1);
  array[0] = OPEN;
  text.copy(array, 1);
  for (let at = array.indexOf(LINE_END); at >= 0; at = array.indexOf(LINE_END, at + 1)) array[at] = COMMA;
  array[text.length] = CLOSE;
  return array;
}
