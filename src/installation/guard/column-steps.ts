import type { Catalog } from "./catalog.js";
import { joined } from "./row-findings.js";
import type { Outside } from "./scope.js";
import { literal, quoted } from "./sql-names.js";
import { batches, type Step, transaction } from "./step.js";
import type { Tenancy, TenantTable } from "./tenancy.js";

const NOT_NULL = "guard_account_not_null";
/** A batch's share of a table, by the place of its rows: reading on never goes back. */
const IN_BATCH = "t.ctid >= $1::tid AND t.ctid < $2::tid";

/** Rights on schemas and on what stays readable by all. */
export function rightSteps({ schemas, tables }: Catalog, tenancy: Tenancy, outside: readonly Outside[]): Step[] {
  const used = new Set(tenancy.tables.map(({ table }) => table.schema));
  const referred = new Set(tenancy.tables.flatMap(({ table }) => table.foreignKeys.map(({ references }) => references)));
  const shared = tables.filter(({ name }) => referred.has(name) && outside.some(({ table }) => table === name));
  const needed = new Set([...used, ...shared.map(({ schema }) => schema)]);
  const statements = schemas
    .filter(({ name }) => needed.has(name))
    .flatMap(({ name, ownerCreates, runtimeUses, publicCreates }) => [
      ...(ownerCreates || !used.has(name) ? [] : [`GRANT USAGE, CREATE ON SCHEMA ${name} TO azora_owner`]),
      ...(runtimeUses ? [] : [`GRANT USAGE ON SCHEMA ${name} TO azora_runtime`]),
      ...(publicCreates ? [`REVOKE CREATE ON SCHEMA ${name} FROM PUBLIC`] : []),
    ]);
  const reads = shared
    .filter(({ readableByRuntime }) => !readableByRuntime)
    .map(({ name }) => `GRANT SELECT ON ${name} TO azora_runtime`);
  const all = [...statements, ...reads];
  return all.length === 0
    ? []
    : [transaction({ name: "rights on schemas and shared tables", phase: "prepare", lock: "none on rows", statements: all })];
}

/** The account's column, and what fills it for rows that are written from now on. */
export function columnSteps(tenancy: Tenancy, { table, account, route }: TenantTable): Step[] {
  const isAccounts = table === tenancy.accounts;
  const { name } = table;
  const column = table.columns.find((each) => each.name === account);
  const steps: Step[] = [];
  if (!column) {
    const statements = [`ALTER TABLE ${name} ADD COLUMN ${quoted(account)} uuid`];
    steps.push(
      transaction({
        name: `add ${account} to ${name}`,
        phase: "prepare",
        lock: `ACCESS EXCLUSIVE on ${name} for a moment; nothing is rewritten`,
        statements,
      }),
    );
  }
  const trigger = isAccounts ? "guard_register" : "guard_fill";
  if (table.protectedBy !== null || table.triggers.includes(trigger) || !(isAccounts || route)) return steps;
  const statement = isAccounts
    ? `CREATE TRIGGER guard_register BEFORE INSERT ON ${name} FOR EACH ROW EXECUTE FUNCTION guard.register_account(${literal(account)})`
    : `CREATE TRIGGER guard_fill BEFORE INSERT OR UPDATE ON ${name} FOR EACH ROW EXECUTE FUNCTION guard.fill_account(${fillArguments(tenancy, table.name)})`;
  steps.push(
    transaction({
      name: `fill ${account} of new rows of ${name}`,
      phase: "prepare",
      lock: `SHARE ROW EXCLUSIVE on ${name}: waits for writers under way, then a moment`,
      statements: [statement],
    }),
  );
  return steps;
}

function fillArguments(tenancy: Tenancy, name: string): string {
  const { account, route } = find(tenancy, name);
  if (!route) throw new Error(`${name} has no way to its account.`);
  const pairs = route.columns.flatMap((column, at) => [column, route.parentColumns[at] as string]);
  return [account, route.parent, find(tenancy, route.parent).account, ...pairs].map(literal).join(", ");
}

/** The account of the rows that are there already. */
export function backfillSteps(tenancy: Tenancy, { table, account, route }: TenantTable, missing: Missing): Step[] {
  const { name, pages } = table;
  const column = quoted(account);
  const steps: Step[] = [];
  if (table === tenancy.accounts) {
    if (tenancy.isMapped && missing.values.has(name)) {
      const statement = `UPDATE ${name} t SET ${column} = gen_random_uuid() WHERE t.${column} IS NULL AND ${IN_BATCH}`;
      steps.push(batches({ name: `give each row of ${name} an account`, phase: "backfill", statement, pages }));
    }
    if (missing.accounts) {
      const statement = `SELECT guard.register(t.${column}, to_jsonb(t)) FROM ${name} t
WHERE ${IN_BATCH} AND NOT EXISTS (SELECT FROM control.accounts a WHERE a.id = t.${column})`;
      steps.push(batches({ name: `register the accounts of ${name}`, phase: "backfill", statement, pages }));
    }
  } else if (route && missing.values.has(name)) {
    const parent = quoted(find(tenancy, route.parent).account);
    const statement = `UPDATE ${name} t SET ${column} = p.${parent} FROM ${route.parent} p
WHERE ${joined(route, "t", "p")} AND t.${column} IS NULL AND ${IN_BATCH}`;
    steps.push(batches({ name: `fill ${account} of ${name}`, phase: "backfill", statement, pages }));
  }
  return steps;
}

/** What the backfill has left to do; see missingValues(). */
export interface Missing {
  /** Tables with rows whose account isn't filled. */
  readonly values: ReadonlySet<string>;
  /** Whether some row of the accounts table is not registered. */
  readonly accounts: boolean;
}

/** NOT NULL by way of a check: reading the table to prove it holds nobody up. */
export function notNullSteps({ table, account }: TenantTable): Step[] {
  const { name } = table;
  if (table.columns.some((column) => column.name === account && column.notNull)) return [];
  const check = table.checks.find((each) => each.name === NOT_NULL);
  const alter = `ALTER TABLE ${name}`;
  const moment = `ACCESS EXCLUSIVE on ${name} for a moment; nothing is rewritten or read`;
  const add = transaction({
    name: `require ${account} of new rows of ${name}`,
    phase: "check",
    lock: moment,
    statements: [`${alter} ADD CONSTRAINT ${NOT_NULL} CHECK (${quoted(account)} IS NOT NULL) NOT VALID`],
  });
  const prove = transaction({
    name: `prove that each row of ${name} has ${account}`,
    phase: "check",
    lock: `SHARE UPDATE EXCLUSIVE on ${name} while it is read; reads and writes go on`,
    statements: [`${alter} VALIDATE CONSTRAINT ${NOT_NULL}`],
  });
  const set = transaction({
    name: `make ${account} of ${name} NOT NULL`,
    phase: "check",
    lock: moment,
    statements: [`${alter} ALTER COLUMN ${quoted(account)} SET NOT NULL`, `${alter} DROP CONSTRAINT ${NOT_NULL}`],
  });
  return [...(check ? [] : [add]), ...(check?.isValidated ? [] : [prove]), set];
}

function find({ tables }: Tenancy, name: string): TenantTable {
  return tables.find(({ table }) => table.name === name) as TenantTable;
}
