/** Where the parts of a JSON text begin: lines by the way to a part, as `wayKey` writes it. A key that stands twice has two. */
export type JsonLines = ReadonlyMap<string, readonly number[]>;

/** Keys and list positions that lead to a part of a document. */
export type Way = readonly (string | number)[];

export function wayKey(way: Way): string {
  return JSON.stringify(way);
}

/** What is open: a list with its position, or an object with the key that was read last, none where one is due. */
interface Open {
  readonly way: Way;
  step: string | number | null;
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],]|\n|[^\s"{}[\],:]+/g;

/** Finds the lines of keys and list entries, from 1. @param text JSON that has been parsed without an error */
export function jsonLines(text: string): JsonLines {
  const lines = new Map<string, number[]>();
  const open: Open[] = [];
  let line = 1;
  const note = (way: Way) => lines.set(wayKey(way), [...(lines.get(wayKey(way)) ?? []), line]);
  for (const [token] of text.matchAll(TOKENS)) {
    const at = open.at(-1);
    if (token === "\n") line++;
    else if (token === "}" || token === "]") open.pop();
    else if (token === ",") {
      if (at) at.step = typeof at.step === "number" ? at.step + 1 : null;
    } else if (at?.step === null) {
      at.step = JSON.parse(token) as string;
      note([...at.way, at.step]);
    } else {
      const way = at ? [...at.way, at.step ?? ""] : [];
      if (typeof at?.step === "number") note(way);
      if (token === "{" || token === "[") open.push({ way, step: token === "[" ? 0 : null });
    }
  }
  return lines;
}
