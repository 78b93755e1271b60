import type { Catalog, Relation } from "../catalog/catalog.js";
import type { Target } from "../target.js";
import { type Grantee, Reach } from "./reach.js";

/** A role in the report, with what it is there for. */
export interface Person {
  readonly name: Grantee;
  readonly plane: "control" | "runtime" | "owner" | "public" | "other";
  readonly login: boolean;
}

/** The part of a database that a report is about, sorted by who stands where. */
export interface Scene {
  readonly reach: Reach;
  readonly people: readonly Person[];
  /** Tables, views and whatever else has rows, of the schemas that belong to tenants. */
  readonly tenantRelations: readonly Relation[];
  /** The same of the schema that the accounts table is in. */
  readonly controlRelations: readonly Relation[];
  /** The account's column of a relation, whether it has it or not. */
  accountOf(relation: Relation): string;
}

const ORDER: Readonly<Record<Person["plane"], number>> = { runtime: 0, control: 1, owner: 2, other: 3, public: 4 };

/** Sorts a catalog into planes, by what the target says they are. */
export function sceneOf(catalog: Catalog, target: Target): Scene {
  const reach = new Reach(catalog);
  const withRows = catalog.relations.filter(({ kind }) => kind !== "sequence" && kind !== "other");
  const tenantRelations = withRows.filter(({ schema }) => target.schemas.includes(schema)).sort(byName);
  const accounts = catalog.relations.find(({ name }) => name === target.accounts.table);
  const controlRelations = withRows
    .filter((each) => each.schema === accounts?.schema && !tenantRelations.includes(each))
    .sort(byName);
  return {
    reach,
    tenantRelations,
    controlRelations,
    people: peopleOf(catalog, target, [...tenantRelations, ...controlRelations]),
    accountOf: ({ name }) => target.accountColumns[name] ?? target.accountColumn,
  };
}

function peopleOf(catalog: Catalog, { roles }: Target, relations: readonly Relation[]): Person[] {
  const reach = new Reach(catalog);
  const within = (name: string, groups: readonly string[]) => groups.some((group) => reach.roles(name).has(group));
  const planeOf = (name: string): Person["plane"] | null => {
    if (roles.runtime.includes(name)) return "runtime";
    if (roles.owners.includes(name)) return "owner";
    if (within(name, roles.control)) return "control";
    return within(name, roles.runtime) || holdsAnything(name, relations) ? "other" : null;
  };
  const people = catalog.roles.flatMap(({ name, login }): Person[] => {
    const plane = planeOf(name);
    return plane === null ? [] : [{ name, plane, login }];
  });
  people.sort(
    (one, other) => ORDER[one.plane] - ORDER[other.plane] || byName(one as { name: string }, other as { name: string }),
  );
  return [...people, { name: null, plane: "public", login: false }];
}

/** By a grant in its own name, or because it owns something. */
function holdsAnything(name: string, relations: readonly Relation[]): boolean {
  return relations.some(
    ({ owner, grants, columns }) =>
      owner === name ||
      [grants, ...columns.map((column) => column.grants)].some((list) => list.some(({ grantee }) => grantee === name)),
  );
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1;
}
