import type { Catalog, Grant, Relation } from "../catalog/catalog.js";

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
  readonly #roles: ReadonlyMap<string, Catalog["roles"][number]>;
  readonly #parents = new Map<string, string[]>();
  readonly #become = new Map<string, ReadonlySet<string>>();

  constructor({ roles, memberships }: Pick<Catalog, "roles" | "memberships">) {
    this.#roles = new Map(roles.map((role) => [role.name, role]));
    for (const { role, member } of memberships) this.#parents.set(member, [...(this.#parents.get(member) ?? []), role]);
  }

  /** The role itself and all that it inherits from or can turn into. */
  roles(name: string): ReadonlySet<string> {
    const known = this.#become.get(name);
    if (known) return known;
    const reached = new Set([name]);
    for (const each of reached) for (const parent of this.#parents.get(each) ?? []) reached.add(parent);
    this.#become.set(name, reached);
    return reached;
  }

  /** Who is the role or a member of it, however far away. */
  members(name: string): string[] {
    return [...this.#roles.keys()].filter((each) => this.roles(each).has(name));
  }

  isMighty(name: string): boolean {
    return [...this.roles(name)].some((each) => this.#roles.get(each)?.superuser);
  }

  /** @returns the rights that a role has on a relation, however it came by them */
  rightsOn(grantee: Grantee, relation: Relation): ReadonlyMap<TableRight, Hold> {
    const held = new Map<TableRight, Hold>();
    const reached = grantee === null ? new Set<string>() : this.roles(grantee);
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
    if (reached.has(owner) || this.isMighty(grantee)) return true;
    return [...reached].some((role) => PREDEFINED[role]?.includes(right));
  }
}
