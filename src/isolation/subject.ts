import type { Finding } from "./finding.js";

/** What a finding is about, in words that stay while the fault does. */
export interface Subject {
  readonly rule: string;
  /** As in Finding.object; a file without its line. */
  readonly object: string;
  /** Of a file, where only the text tells one place from another. */
  readonly evidence?: string;
}

/**
 * A finding's subject. The catalog's objects have names, and evidence on them is worded by azora, which may change; a
 * place in a file has only a line, which moves, and the code that stands there.
 */
export function subjectOf({ rule, layer, object, evidence }: Finding): Subject {
  return layer === "source" ? { rule, object: object.replace(/:\d+$/, ""), evidence } : { rule, object };
}

/** Equal for subjects that are the same; the space between words doesn't count. */
export function subjectKey({ rule, object, evidence = "" }: Subject): string {
  return `${rule}\n${object}\n${evidence.replace(/\s+/g, " ").trim()}`;
}

/** Keys that tell the members of a list apart: those that are alike are numbered in their order. */
export function numbered<Item>(items: readonly Item[], key: (item: Item) => string): readonly string[] {
  const count = new Map<string, number>();
  return items.map((item) => {
    const nth = (count.get(key(item)) ?? 0) + 1;
    count.set(key(item), nth);
    return `${key(item)}\n${nth}`;
  });
}
