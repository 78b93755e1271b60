import { identifier, identifiers } from "../probes/stage/sql.js";
import type { BreakageKind, Ground } from "./breakage.js";

/** Keys and foreign keys. */
export const KEY_BREAKAGES: readonly BreakageKind[] = [
  {
    name: "a key that spans accounts",
    rules: ["key-across-accounts"],
    probes: ["unique-key-oracle"],
    breakWith: ({ table, scene }) => {
      const columns = spanningColumns(scene.a.rows.get(table.name), scene.b.rows.get(table.name), table.account);
      // The rows of real tenants may hold the same values: the key is only for what comes after.
      return columns.length === 0
        ? null
        : [
            `CREATE UNIQUE INDEX azora_broken ON ${table.name} (${identifiers(columns.slice(0, 1))}) WHERE ${onlyStage({ table, scene })}`,
          ];
    },
  },
  {
    name: "a foreign key of one column",
    rules: ["foreign-key-unpaired"],
    probes: ["foreign-key-oracle"],
    breakWith: (ground) => replaceReference(ground),
  },
  {
    name: "a foreign key to accounts that was never checked",
    rules: ["account-key"],
    // It holds for what is written from then on; what is there already is what it leaves behind.
    probes: [],
    breakWith: ({ table, account, toAccounts, scene }) =>
      toAccounts === undefined
        ? null
        : [
            `ALTER TABLE ${table.name} DROP CONSTRAINT ${identifier(toAccounts.name)}`,
            `ALTER TABLE ${table.name} ADD CONSTRAINT ${identifier(toAccounts.name)} FOREIGN KEY (${account}) REFERENCES ${scene.target.accounts.table} (${identifier(scene.target.accounts.key)}) ON DELETE CASCADE NOT VALID`,
          ],
  },
  {
    name: "no foreign key to accounts",
    rules: ["account-key"],
    probes: ["purge"],
    breakWith: ({ table, toAccounts }) =>
      toAccounts === undefined ? null : [`ALTER TABLE ${table.name} DROP CONSTRAINT ${identifier(toAccounts.name)}`],
  },
  {
    name: "triggers of foreign keys switched off",
    rules: ["constraint-off"],
    probes: ["foreign-key-oracle"],
    breakWith: ({ table, reference }) => (reference === undefined ? null : [`ALTER TABLE ${table.name} DISABLE TRIGGER ALL`]),
  },
];

/** Columns of a key of the table's that differ between the two tenants, the account's left out. */
function spanningColumns(
  a: ReadonlyMap<string, string | null> | undefined,
  b: ReadonlyMap<string, string | null> | undefined,
  account: string,
): string[] {
  if (!a || !b) return [];
  return [...a.keys()].filter((column) => column !== account && a.get(column) !== null && a.get(column) !== b.get(column));
}

function onlyStage({ table, scene }: Pick<Ground, "table" | "scene">): string {
  return `${identifier(table.account)} IN ('${scene.a.id}', '${scene.b.id}')`;
}

/** The composite key goes, one of its columns refers alone: what many schemas have. */
function replaceReference({ scene, table, reference }: Ground): readonly string[] | null {
  const parent = scene.tables.find(({ name }) => name === reference?.references);
  if (!reference || !parent) return null;
  const at = reference.referencedColumns.findIndex((column) => column !== parent.account);
  const [column, target] = [reference.columns[at], reference.referencedColumns[at]];
  if (column === undefined || target === undefined) return null;
  return [
    `ALTER TABLE ${parent.name} ADD CONSTRAINT azora_broken UNIQUE (${identifier(target)})`,
    `ALTER TABLE ${table.name} DROP CONSTRAINT ${identifier(reference.name)}`,
    `ALTER TABLE ${table.name} ADD CONSTRAINT azora_broken_key FOREIGN KEY (${identifier(column)}) REFERENCES ${parent.name} (${identifier(target)}) ON DELETE CASCADE`,
  ];
}
