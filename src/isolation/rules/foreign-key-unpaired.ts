import type { Constraint, Relation } from "../catalog/catalog.js";
import { objectOf, quoteIdentifier } from "../names.js";
import type { Facts, Flaw, Rule } from "../rule.js";
import { relationsByName, tenantTables, tenantTablesByName, vendorSchemas } from "../tenancy.js";

export const foreignKeyUnpaired: Rule = {
  id: "foreign-key-unpaired",
  title: "Every foreign key between tenant tables pairs account with account.",
  severity: "critical",
  check(facts) {
    const tables = tenantTables(facts);
    const findings = [...tables.flatMap((each) => unpaired(each, facts)), ...acrossPlanes(facts)];
    const keys = tables.flatMap(({ table }) => table.constraints.filter(({ kind }) => kind === "foreign key"));
    return { checked: keys.length, findings };
  },
};

function unpaired({ table, account }: ReturnType<typeof tenantTables>[number], facts: Facts): readonly Flaw[] {
  const { accounts } = facts.target;
  return table.constraints.flatMap((key): Flaw[] => {
    const theirs =
      key.references === accounts.table ? accounts.key : tenantTablesByName(facts).get(key.references ?? "")?.account;
    if (key.kind !== "foreign key" || theirs === undefined) return [];
    if (key.columns.some((column, at) => column === account && key.referencedColumns[at] === theirs)) return [];
    return [
      {
        object: objectOf(table),
        allows:
          key.references === accounts.table
            ? "A row can hang on another account than its own: it tells whether that account exists, and goes with it."
            : "A row can point at another tenant's row: it tells whether that row exists, locks it, and goes when that tenant is purged.",
        evidence: `${key.name}: ${key.definition}`,
        fix:
          key.references === accounts.table
            ? `ALTER TABLE ${table.name} DROP CONSTRAINT ${quoteIdentifier(key.name)};`
            : pairing({ table, account, key, theirs }, facts),
      },
    ];
  });
}

interface Unpaired {
  readonly table: Relation;
  readonly account: string;
  readonly key: Constraint;
  readonly theirs: string;
}

/** The key with the accounts in front, and the unique key that it needs; null where it isn't as simple as that. */
function pairing({ table, account, key, theirs }: Unpaired, facts: Facts): string | null {
  const other = relationsByName(facts).get(key.references ?? "");
  const isCrossed = key.columns.includes(account) || key.referencedColumns.includes(theirs);
  const hasAccount = table.columns.some(({ name }) => name === account);
  if (!other || isCrossed || !hasAccount || /\bPERIOD\b/.test(key.definition)) return null;
  const wanted = [theirs, ...key.referencedColumns];
  const isKey = other.indexes.some(
    ({ unique, predicate, columns }) =>
      unique && predicate === null && columns.length === wanted.length && wanted.every((column) => columns.includes(column)),
  );
  const list = (columns: readonly string[]) => columns.map(quoteIdentifier).join(", ");
  return [
    ...(isKey ? [] : [`ALTER TABLE ${other.name} ADD UNIQUE (${list(wanted)});`]),
    `ALTER TABLE ${table.name} DROP CONSTRAINT ${quoteIdentifier(key.name)}, ADD FOREIGN KEY (${list([account, ...key.columns])}) REFERENCES ${other.name} (${list(wanted)});`,
  ].join(" ");
}

/** A table of the vendor's that refers to a tenant's row holds on to it, and is told whether it is there. */
function acrossPlanes(facts: Facts): readonly Flaw[] {
  const vendor = facts.catalog.relations.filter(({ schema }) => vendorSchemas(facts).has(schema));
  return vendor.flatMap((table) =>
    table.constraints
      .filter(({ references }) => tenantTablesByName(facts).has(references ?? ""))
      .map((key) => ({
        object: objectOf(table),
        severity: "high" as const,
        allows:
          "The control plane's rows refer to a tenant's: whoever writes them learns which rows there are and can stop a purge.",
        evidence: `${key.name}: ${key.definition}`,
        fix: `ALTER TABLE ${table.name} DROP CONSTRAINT ${quoteIdentifier(key.name)};`,
      })),
  );
}
