import type { Pool } from "pg";
import { requireCurrentSchema } from "../../database/migrate/history.js";
import { type Catalog, readCatalog } from "./catalog.js";
import { backfillSteps, columnSteps, type Missing, notNullSteps, rightSteps } from "./column-steps.js";
import type { Finding } from "./finding.js";
import { keySteps, referenceIndexSteps } from "./key-steps.js";
import { referenceSteps } from "./reference-steps.js";
import { rowFindings } from "./row-findings.js";
import { findScope, type GuardInput, type Outside } from "./scope.js";
import { quoted } from "./sql-names.js";
import type { Step } from "./step.js";
import { structureFindings } from "./structure-findings.js";
import { switchSteps } from "./switch-step.js";
import type { Tenancy } from "./tenancy.js";
import { findTenancy } from "./tenancy.js";

export interface PlannedTable {
  readonly table: string;
  readonly accountColumn: string;
  /** Tables on the way to the accounts, nearest first; none where the table's own column says it. */
  readonly route: readonly string[];
  /** Whether guard.protect() has had it. */
  readonly isProtected: boolean;
}

/** What is to be done to bring a schema under guard, from where the database stands now. */
export interface GuardPlan {
  readonly database: string;
  readonly accounts: { readonly table: string; readonly key: string; readonly isMapped: boolean };
  readonly tables: readonly PlannedTable[];
  readonly outside: readonly Outside[];
  readonly findings: readonly Finding[];
  /** Whether a finding needs somebody's decision; then there are no steps. */
  readonly isBlocked: boolean;
  /** What is left to do, in its order; empty when all of it is done. */
  readonly steps: readonly Step[];
}

/**
 * Plans how to bring an existing schema under guard, from the catalog as it is at this moment:
 * what a run before has done is not in it any more. Writes nothing.
 * @param pool the owner's
 * @throws AzoraError NOT_FOUND, NEEDS_INPUT, INVALID_INPUT (names that lead nowhere), NOT_MIGRATED
 */
export async function planGuard(pool: Pool, input: GuardInput): Promise<GuardPlan> {
  await requireCurrentSchema(pool);
  const catalog = await readCatalog(pool);
  const scope = findScope(catalog, input);
  const tenancy = findTenancy(scope, input);
  const structure = structureFindings(catalog, scope, tenancy);
  const isSound = !structure.some(({ severity }) => severity === "blocks");
  // Rows are only worth reading when the ways to their accounts are known.
  const findings = isSound ? [...structure, ...(await rowFindings(pool, tenancy))] : structure;
  const isBlocked = findings.some(({ severity }) => severity === "blocks");
  return {
    database: catalog.database,
    accounts: { table: tenancy.accounts.name, key: tenancy.key, isMapped: tenancy.isMapped },
    tables: tenancy.tables.map(({ table, account, route }) => ({
      table: table.name,
      accountColumn: account,
      route: route ? routeOf(tenancy, table.name) : [],
      isProtected: table.protectedBy !== null,
    })),
    outside: scope.outside,
    findings,
    isBlocked,
    steps: isBlocked ? [] : stepsOf(catalog, tenancy, scope.outside, await missingValues(pool, tenancy)),
  };
}

function stepsOf(catalog: Catalog, tenancy: Tenancy, outside: readonly Outside[], missing: Missing): Step[] {
  const { tables } = tenancy;
  return [
    ...rightSteps(catalog, tenancy, outside),
    ...tables.flatMap((tenant) => columnSteps(tenancy, tenant)),
    ...tables.flatMap((tenant) => backfillSteps(tenancy, tenant, missing)),
    ...tables.flatMap(notNullSteps),
    ...tables.flatMap((tenant) => [...keySteps(tenant), ...referenceIndexSteps(tenant)]),
    ...tables.flatMap((tenant) => referenceSteps(tenancy, tenant)),
    ...switchSteps(tenancy),
  ];
}

function routeOf({ tables }: Tenancy, name: string): string[] {
  const next = tables.find(({ table }) => table.name === name)?.route?.parent;
  return next === undefined ? [] : [next, ...routeOf({ tables } as Tenancy, next)];
}

/** A column that isn't there yet is to be filled; one that can't be NULL is; others are looked at. */
async function missingValues(pool: Pool, { accounts, tables }: Tenancy): Promise<Missing> {
  const values = new Set<string>();
  for (const { table, account } of tables) {
    const column = table.columns.find(({ name }) => name === account);
    if (column?.notNull) continue;
    if (!column || (await exists(pool, `SELECT FROM ${table.name} WHERE ${quoted(account)} IS NULL`))) values.add(table.name);
  }
  const account = tables.find(({ table }) => table === accounts)?.account as string;
  const unregistered = `SELECT FROM ${accounts.name} t WHERE NOT EXISTS (SELECT FROM control.accounts a WHERE a.id = t.${quoted(account)})`;
  return { values, accounts: values.has(accounts.name) || (await exists(pool, unregistered)) };
}

async function exists(pool: Pool, query: string): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>(`SELECT EXISTS (${query}) AS found`);
  return rows[0]?.found === true;
}
