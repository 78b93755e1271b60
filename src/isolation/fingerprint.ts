import { createHash } from "node:crypto";
import type { Catalog } from "./catalog/catalog.js";

/** Lists whose order says something: the columns of a key, the arguments of a trigger. All others are sets. */
const ORDERED = new Set(["referencedColumns", "arguments"]);
/** Differ between two databases that are made the same way, or say the same twice (`notNull` of a column). */
const LEFT_OUT = new Set(["oid"]);

/**
 * SHA-256, in hex, of the tables, policies, functions and rights that a catalog holds. Two databases made by the same
 * migrations have the same one, whatever the order in which their objects and rights were made.
 */
export function schemaFingerprint({ schemas, relations, functions, defaultRights }: Catalog): string {
  const tables = relations.map((relation) => ({
    ...relation,
    // From PostgreSQL 18 on NOT NULL is a constraint as well.
    constraints: relation.constraints.filter(({ kind }) => kind !== "not null"),
  }));
  return sha256(canonicalText({ schemas, relations: tables, functions, defaultRights }));
}

/** SHA-256 of a text, in hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** One text for values that mean the same: names sorted, and lists too where their order says nothing. */
export function canonicalText(value: unknown, name = ""): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonicalText(item));
    return `[${(isOrdered(name, value) ? items : items.sort()).join(",")}]`;
  }
  if (value === null || typeof value !== "object") return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([key]) => !LEFT_OUT.has(key));
  const fields = entries.map(([key, each]) => `${JSON.stringify(key)}:${canonicalText(each, key)}`);
  return `{${fields.sort().join(",")}}`;
}

/** `columns` of a key or an index are names in order; those of a table are objects, in the order they were added. */
function isOrdered(name: string, items: readonly unknown[]): boolean {
  return ORDERED.has(name) || (name === "columns" && items.every((item) => item === null || typeof item === "string"));
}
