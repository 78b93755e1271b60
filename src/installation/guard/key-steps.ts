import type { Index } from "./catalog.js";
import { list, objectName, quoted } from "./sql-names.js";
import { concurrent, type Step } from "./step.js";
import type { TenantTable } from "./tenancy.js";

/** A key that doesn't start with the account, and the index that will stand in its place. */
export interface NewKey {
  readonly old: Index;
  readonly name: string;
  readonly statement: string;
}

/** The table's keys as they have to be: the account first in each. */
export function newKeys({ table, account }: TenantTable): NewKey[] {
  return table.indexes
    .filter((index) => index.isUnique && index.columns[0] !== account)
    .map((old) => {
      const name = objectName(table.relation, [account, ...namingParts(old, account)], "key");
      return { old, name, statement: withAccount(old, name, account) };
    });
}

/** Columns tell keys apart, unless there are expressions or a condition. */
function namingParts({ name, columns, isPartial }: Index, account: string): string[] {
  const plain = columns.filter((column) => column !== null && column !== account) as string[];
  return isPartial || columns.includes(null) ? [name.slice(name.lastIndexOf(".") + 1).replaceAll('"', "")] : plain;
}

/** PostgreSQL writes every definition alike: `CREATE UNIQUE INDEX name ON table USING btree (…) …`. */
function withAccount({ definition, columns }: Index, name: string, account: string): string {
  const rest = definition.slice(definition.indexOf(" ON "));
  const opening = rest.indexOf(" USING btree (") + " USING btree (".length;
  const keyed = rest.slice(opening);
  // In the middle of a key of plain columns the account moves to the front.
  const moved = columns.includes(null) ? keyed : keyed.replace(new RegExp(`, ${escaped(bare(account))}(?=[,)])`), "");
  return `CREATE UNIQUE INDEX CONCURRENTLY ${quoted(name)}${rest.slice(0, opening)}${quoted(account)}, ${moved}`;
}

const bare = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quoted(name));
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Keys that start with the account, built beside the old ones. */
export function keySteps(tenant: TenantTable): Step[] {
  return newKeys(tenant).flatMap(({ name, statement }) => indexSteps(tenant, name, statement));
}

/** Indexes for foreign keys that no key covers: without them a purge reads whole tables. */
export function referenceIndexSteps(tenant: TenantTable): Step[] {
  const { table, account, links } = tenant;
  const covering = [
    ...table.indexes.filter(({ isValid, isPartial }) => isValid && !isPartial).map(({ columns }) => columns),
    ...newKeys(tenant)
      .filter(({ old }) => !old.isPartial)
      .map(({ old }) => [account, ...old.columns.filter((column) => column !== account)]),
  ];
  const steps: Step[] = [];
  for (const { columns } of links) {
    const wanted = [account, ...columns];
    const isCovered = covering.some((index) => wanted.every((column) => index.slice(0, wanted.length).includes(column)));
    if (isCovered) continue;
    covering.push(wanted);
    const name = objectName(table.relation, wanted, "idx");
    steps.push(...indexSteps(tenant, name, `CREATE INDEX CONCURRENTLY ${quoted(name)} ON ${table.name} (${list(wanted)})`));
  }
  return steps;
}

function indexSteps({ table }: TenantTable, name: string, statement: string): Step[] {
  const qualified = `${table.schema}.${quoted(name)}`;
  const there = table.indexes.find((index) => [qualified, `${table.schema}.${name}`].includes(index.name));
  const lock = `SHARE UPDATE EXCLUSIVE on ${table.name} while it is read; reads and writes go on; not in a transaction`;
  const build = concurrent({ name: `build ${name}`, phase: "index", lock, statement });
  if (!there) return [build];
  if (there.isValid) return [];
  return [
    concurrent({ name: `drop the unfinished ${name}`, phase: "index", lock, statement: `DROP INDEX CONCURRENTLY ${qualified}` }),
    build,
  ];
}
