import { newKeys } from "./key-steps.js";
import { addition, type Reference, references, replacedLinks, validation } from "./reference-steps.js";
import { literal, quoted } from "./sql-names.js";
import { type Step, transaction } from "./step.js";
import type { Tenancy, TenantTable } from "./tenancy.js";

/**
 * The moment from which the database decides: old keys go, row security comes, rights are
 * taken. One transaction for all tables, so that the application meets either the schema it
 * knows or the one that it is made ready for, and a run that dies leaves the first.
 */
export function switchSteps(tenancy: Tenancy): Step[] {
  const due = tenancy.tables.filter(({ table }) => table.protectedBy === null);
  if (due.length === 0) return [];
  const names = due.map(({ table }) => table.name).join(", ");
  const moved = due.flatMap((tenant) =>
    movedReferences(tenancy, tenant).map((reference) => ({ table: tenant.table.name, reference })),
  );
  return [
    transaction({
      name: `put ${due.length} tables under guard`,
      phase: "switch",
      lock: `ACCESS EXCLUSIVE on ${names} for a moment; nothing is rewritten or read`,
      statements: [
        `LOCK TABLE ${names} IN ACCESS EXCLUSIVE MODE`,
        ...due.flatMap(dropForeignKeys),
        ...moved.map(({ table, reference: { name } }) => `ALTER TABLE ${table} DROP CONSTRAINT ${quoted(name)}`),
        ...due.flatMap(replaceKeys),
        ...moved.map(({ table, reference }) => addition(table, reference)),
        ...new Set(due.flatMap(closeViews)),
        ...due.map(({ table, account }) => `SELECT guard.protect(${literal(table.name)}, account_column => ${literal(account)})`),
      ],
    }),
    ...moved.map(({ table, reference: { name } }) => validation(table, name)),
  ];
}

/** Right as they are, but hanging on a key that goes: they are made again on the one that comes. */
function movedReferences(tenancy: Tenancy, tenant: TenantTable): Reference[] {
  return references(tenancy, tenant).filter(({ to, referencedColumns }) => {
    const parent = tenancy.tables.find(({ table }) => table.name === to);
    if (!parent) return false;
    const wanted = [...referencedColumns].sort().join();
    return newKeys(parent).some(({ old }) => [...old.columns].sort().join() === wanted);
  });
}

function dropForeignKeys(tenant: TenantTable): string[] {
  const { table } = tenant;
  const replaced = replacedLinks(tenant).flatMap(({ foreignKey, pairsAccounts }) =>
    table.foreignKeys.filter(
      (each) =>
        each.references === foreignKey.references &&
        each.columns.join() === foreignKey.columns.join() &&
        (!pairsAccounts || "nd".includes(each.onDelete)),
    ),
  );
  return [...new Set(replaced)].map(({ name }) => `ALTER TABLE ${table.name} DROP CONSTRAINT ${quoted(name)}`);
}

function replaceKeys(tenant: TenantTable): string[] {
  const { table } = tenant;
  return newKeys(tenant).map(({ old, name }) => {
    if (old.isPrimary) {
      const constraint = quoted(old.constraint as string);
      return `ALTER TABLE ${table.name} DROP CONSTRAINT ${constraint}, ADD CONSTRAINT ${constraint} PRIMARY KEY USING INDEX ${quoted(name)}`;
    }
    return old.constraint === null
      ? `DROP INDEX ${old.name}`
      : `ALTER TABLE ${table.name} DROP CONSTRAINT ${quoted(old.constraint)}`;
  });
}

function closeViews({ table }: TenantTable): string[] {
  return table.views.flatMap(({ name, asInvoker }) => [
    ...(asInvoker ? [] : [`ALTER VIEW ${name} SET (security_invoker = true)`]),
    `REVOKE ALL ON ${name} FROM PUBLIC`,
    `GRANT SELECT ON ${name} TO azora_runtime`,
  ]);
}
