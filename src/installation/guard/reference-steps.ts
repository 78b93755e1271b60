import { list, objectName, quoted } from "./sql-names.js";
import { type Step, transaction } from "./step.js";
import type { Link, Tenancy, TenantTable } from "./tenancy.js";

/** A foreign key as it has to be: from account to account. */
export interface Reference {
  readonly columns: readonly string[];
  readonly to: string;
  readonly referencedColumns: readonly string[];
  readonly name: string;
  /** Without NOT VALID. */
  readonly definition: string;
  readonly state: "missing" | "added" | "validated";
}

/** Foreign keys that could point into another account, or would empty the account's column. */
export function replacedLinks({ links }: TenantTable): Link[] {
  return links.filter(({ pairsAccounts, foreignKey: { onDelete } }) => !pairsAccounts || "nd".includes(onDelete));
}

/** The foreign key to the account, those that are right already, and one for each that isn't. */
export function references(tenancy: Tenancy, tenant: TenantTable): Reference[] {
  const { account, links } = tenant;
  const replaced = replacedLinks(tenant);
  const toAccount = `FOREIGN KEY (${quoted(account)}) REFERENCES control.accounts (id) ON DELETE CASCADE`;
  return [
    reference(tenant, {
      columns: [account],
      to: "control.accounts",
      referencedColumns: ["id"],
      definition: toAccount,
      ending: ["account"],
    }),
    ...replaced.map((link) => replacement(tenancy, tenant, link)),
    ...links
      .filter((link) => !replaced.includes(link) && !replaced.some((other) => sameRows(other, link)))
      .map(({ foreignKey }): Reference => {
        const { columns, references: to, referencedColumns, name, definition, isValidated } = foreignKey;
        return { columns, to, referencedColumns, name, definition, state: isValidated ? "validated" : "added" };
      }),
  ];
}

const sameRows = (one: Link, other: Link) => one.parent === other.parent && one.columns.join() === other.columns.join();

function replacement(tenancy: Tenancy, tenant: TenantTable, { columns, parent, parentColumns, foreignKey }: Link): Reference {
  const mine = [tenant.account, ...columns];
  const theirs = [tenancy.tables.find(({ table }) => table.name === parent)?.account as string, ...parentColumns];
  const action = { r: " ON DELETE RESTRICT", c: " ON DELETE CASCADE" }[foreignKey.onDelete] ?? "";
  const definition = `FOREIGN KEY (${list(mine)}) REFERENCES ${parent} (${list(theirs)})${action}${foreignKey.deferring}`;
  return reference(tenant, { columns: mine, to: parent, referencedColumns: theirs, definition, ending: [] });
}

type Wanted = Pick<Reference, "columns" | "to" | "referencedColumns" | "definition"> & { readonly ending: readonly string[] };

function reference({ table }: TenantTable, { ending, ...wanted }: Wanted): Reference {
  const there = table.foreignKeys.find(
    ({ references: to, columns, onDelete }) =>
      to === wanted.to && columns.join() === wanted.columns.join() && !"nd".includes(onDelete),
  );
  if (there) return { ...wanted, name: there.name, state: there.isValidated ? "validated" : "added" };
  const name = objectName(table.relation, [...wanted.columns, ...ending], "fkey");
  // One of that name that empties columns on delete stands until the switch.
  const isTaken = table.foreignKeys.some((each) => each.name === name);
  return { ...wanted, name: isTaken ? objectName(table.relation, [...wanted.columns, "guard"], "fkey") : name, state: "missing" };
}

/** Adds what is missing beside what is there, and proves it. */
export function referenceSteps(tenancy: Tenancy, tenant: TenantTable): Step[] {
  const { name: table } = tenant.table;
  return references(tenancy, tenant).flatMap((wanted) => {
    const { name, to, state } = wanted;
    const add = transaction({
      name: `add the foreign key ${name}`,
      phase: "reference",
      lock: `SHARE ROW EXCLUSIVE on ${table} and ${to} for a moment; no row is read`,
      statements: [addition(table, wanted)],
    });
    return [...(state === "missing" ? [add] : []), ...(state === "validated" ? [] : [validation(table, name)])];
  });
}

export function addition(table: string, { name, definition }: Reference): string {
  return `ALTER TABLE ${table} ADD CONSTRAINT ${quoted(name)} ${definition} NOT VALID`;
}

export function validation(table: string, name: string): Step {
  return transaction({
    name: `validate the foreign key ${name}`,
    phase: "reference",
    lock: `SHARE UPDATE EXCLUSIVE on ${table} while it is read; reads and writes go on`,
    statements: [`ALTER TABLE ${table} VALIDATE CONSTRAINT ${quoted(name)}`],
  });
}
