import type { Relation } from "../catalog/catalog.js";
import { planes, type Side } from "../planes.js";
import type { Facts } from "../rule.js";
import { tenantTablesByName } from "../tenancy.js";
import { type Grantee, Reach } from "./reach.js";

/** A role in the report, with the side it stands on. */
export interface Person {
  readonly name: Grantee;
  readonly side: Side;
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

const ORDER: Readonly<Record<Side, number>> = { runtime: 0, control: 1, stranger: 2, owner: 3, public: 4 };

/** Sorts a catalog into planes, by what the target says they are. */
export function sceneOf(facts: Facts): Scene {
  const { catalog, target } = facts;
  const tenants = tenantTablesByName(facts);
  const withRows = catalog.relations.filter(
    ({ kind, extension }) => kind !== "sequence" && kind !== "other" && extension === null,
  );
  const tenantRelations = withRows
    .filter(({ schema, name }) => target.schemas.includes(schema) || tenants.has(name))
    .sort(byName);
  const accounts = catalog.relations.find(({ name }) => name === target.accounts.table);
  const controlRelations = withRows
    .filter((each) => each.schema === accounts?.schema && !tenantRelations.includes(each))
    .sort(byName);
  return {
    reach: new Reach(facts),
    tenantRelations,
    controlRelations,
    people: peopleOf(facts, [...tenantRelations, ...controlRelations]),
    accountOf: ({ name }) => tenants.get(name)?.account ?? target.accountColumns[name] ?? target.accountColumn,
  };
}

/** Both planes, who owns what is shown, and whoever else holds a right on it. */
function peopleOf(facts: Facts, relations: readonly Relation[]): Person[] {
  const { runtime, control, sideOf } = planes(facts);
  const named = new Set([...facts.target.roles.owners, ...runtime, ...control]);
  for (const { owner, grants, columns } of relations) {
    named.add(owner);
    for (const { grantee } of [...grants, ...columns.flatMap((column) => column.grants)])
      if (grantee !== null) named.add(grantee);
  }
  const people = facts.catalog.roles
    .filter(({ name }) => named.has(name))
    .map(({ name, login }): Person => ({ name, login, side: sideOf(name) }))
    .sort((one, other) => ORDER[one.side] - ORDER[other.side] || ((one.name ?? "") < (other.name ?? "") ? -1 : 1));
  return [...people, { name: null, side: "public", login: false }];
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1;
}
