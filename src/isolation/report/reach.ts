import type { Grant, Relation } from "../catalog/catalog.js";
import { type Planes, planes } from "../planes.js";
import type { Facts } from "../rule.js";

/** What reads or changes rows, or gets round row security, in the order that people know. */
export const TABLE_RIGHTS = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"] as const;

export type TableRight = (typeof TABLE_RIGHTS)[number];

/** How a role holds a right on a relation: on all of it, on some columns, or not at all. */
export type Hold = { readonly kind: "whole" } | { readonly kind: "columns"; readonly columns: readonly string[] };

/** A role whose rights are shown; `PUBLIC` is null. */
export type Grantee = string | null;

/** Rights of predefined roles, which no table's own list tells of. */
const PREDEFINED: Readonly<Record<string, readonly TableRight[]>> = {
  pg_read_all_data: ["SELECT"],
  pg_write_all_data: ["INSERT", "UPDATE", "DELETE"],
};

/** Answers who may do what, memberships, ownership and PUBLIC counted in. */
export class Reach {
  readonly #planes: Planes;

  constructor(facts: Facts) {
    this.#planes = planes(facts);
  }

  /** @returns the rights that a role has on a relation, however it came by them */
  rightsOn(grantee: Grantee, relation: Relation): ReadonlyMap<TableRight, Hold> {
    const held = new Map<TableRight, Hold>();
    const reached = grantee === null ? new Set<string>() : new Set([grantee, ...this.#planes.reach(grantee).keys()]);
    const isFor = (grant: Grant, right: TableRight) =>
      grant.right === right && (grant.grantee === null || reached.has(grant.grantee));
    for (const right of TABLE_RIGHTS) {
      const columns = relation.columns
        .filter(({ grants }) => grants.some((grant) => isFor(grant, right)))
        .map(({ name }) => name);
      if (this.#hasWhole(grantee, reached, relation, right) || relation.grants.some((grant) => isFor(grant, right))) {
        held.set(right, { kind: "whole" });
      } else if (columns.length > 0) {
        held.set(right, { kind: "columns", columns });
      }
    }
    return held;
  }

  #hasWhole(grantee: Grantee, reached: ReadonlySet<string>, { owner }: Relation, right: TableRight): boolean {
    if (grantee === null) return false;
    return [...reached].some(
      (role) => role === owner || this.#planes.roles.get(role)?.superuser || PREDEFINED[role]?.includes(right),
    );
  }
}
