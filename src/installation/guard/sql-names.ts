import { createHash } from "node:crypto";

const LONGEST_NAME = 63;

/** An identifier as it stands in a statement. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"a", "b"` */
export function list(columns: readonly string[]): string {
  return columns.map(quoted).join(", ");
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * The name of a key or an index, as Prisma would give it: `orders_account_id_number_key`. One
 * that is too long is cut and told apart by a hash, so that every run finds the same.
 */
export function objectName(relation: string, columns: readonly string[], ending: "key" | "idx" | "fkey"): string {
  const whole = [relation, ...columns, ending].join("_");
  if (Buffer.byteLength(whole) <= LONGEST_NAME) return whole;
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, 8);
  const room = LONGEST_NAME - hash.length - ending.length - 2;
  return `${Buffer.from(whole)
    .subarray(0, room)
    .toString()
    .replace(/\uFFFD/g, "")}_${hash}_${ending}`;
}
