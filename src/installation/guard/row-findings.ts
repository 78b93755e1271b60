import type { Pool } from "pg";
import { typeOf } from "./catalog.js";
import type { Finding } from "./finding.js";
import { quoted } from "./sql-names.js";
import { type Link, sameWay, type Tenancy, type TenantTable } from "./tenancy.js";

/**
 * Looks for rows that stand in the way: whose account can't be told, or who refer to a row
 * of another account. Each answer is a full read of its table.
 */
export async function rowFindings(pool: Pool, tenancy: Tenancy): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const tenant of tenancy.tables) {
    const without = await rowsWithoutAccount(pool, tenancy, tenant);
    if (without) findings.push(without);
    const contradicting = await rowsContradicting(pool, tenancy, tenant);
    if (contradicting) findings.push(contradicting);
    for (const link of tenant.links) {
      const disagreeing = await rowsDisagreeing(pool, tenancy, tenant, link);
      if (disagreeing) findings.push(disagreeing);
    }
  }
  return findings;
}

async function rowsWithoutAccount(pool: Pool, tenancy: Tenancy, tenant: TenantTable): Promise<Finding | undefined> {
  const { table, account, route } = tenant;
  if (table === tenancy.accounts || table.columns.some(({ name, notNull }) => name === account && notNull)) return undefined;
  const { joins, value } = accountOf(tenancy, tenant, "t");
  const rows = await count(pool, `SELECT count(*) AS rows FROM ${table.name} t${joins} WHERE ${value} IS NULL`);
  if (rows === 0) return undefined;
  return {
    severity: "blocks",
    code: "ROWS_WITHOUT_ACCOUNT",
    table: table.name,
    message: `${rows.toLocaleString("en-US")} rows of ${table.name} belong to no account: ${route ? route.columns.join(", ") : account} leads nowhere.`,
    fix: "Fill it, delete those rows, or move them into a table of their own that stays outside.",
  };
}

/** A column that is there already, and says another account than the row's references do. */
async function rowsContradicting(pool: Pool, tenancy: Tenancy, tenant: TenantTable): Promise<Finding | undefined> {
  const { table, account, route } = tenant;
  if (tenancy.isMapped || !route || typeOf(table, account) === undefined) return undefined;
  const { joins, value } = accountOf(tenancy, tenant, "t");
  const rows = await count(pool, `SELECT count(*) AS rows FROM ${table.name} t${joins} WHERE t.${quoted(account)} <> ${value}`);
  if (rows === 0) return undefined;
  return {
    severity: "blocks",
    code: "PATHS_DISAGREE",
    table: table.name,
    message: `${rows.toLocaleString("en-US")} rows of ${table.name} say another account in ${account} than the row they refer to by ${route.columns.join(", ")}.`,
    fix: "Decide whose each is, and mend the column or the reference.",
  };
}

/** Two ways from a row to an account that end at different ones. */
async function rowsDisagreeing(pool: Pool, tenancy: Tenancy, tenant: TenantTable, link: Link): Promise<Finding | undefined> {
  const parent = tenancy.tables.find(({ table }) => table.name === link.parent);
  // One that pairs accounts can't point elsewhere than the row's own column says.
  if (!parent || link.pairsAccounts || (tenant.route && sameWay(tenant.route, link))) return undefined;
  const mine = accountOf(tenancy, tenant, "t");
  const theirs = accountOf(tenancy, parent, "o");
  const rows = await count(
    pool,
    `SELECT count(*) AS rows FROM ${tenant.table.name} t JOIN ${link.parent} o ON ${joined(link, "t", "o")}${mine.joins}${theirs.joins}
     WHERE ${mine.value} IS DISTINCT FROM ${theirs.value}`,
  );
  if (rows === 0) return undefined;
  return {
    severity: "blocks",
    code: "PATHS_DISAGREE",
    table: tenant.table.name,
    message: `${rows.toLocaleString("en-US")} rows of ${tenant.table.name} refer by ${link.columns.join(", ")} to a row of ${link.parent} in another account.`,
    fix: "Decide whose each is, and mend the reference.",
  };
}

/** Joins from one row to the account's own key, as the application has it today. */
function accountOf(tenancy: Tenancy, { table, account, route }: TenantTable, alias: string): { joins: string; value: string } {
  if (table === tenancy.accounts)
    return { joins: "", value: `${alias}.${quoted(isMappedNow(tenancy, account) ? account : tenancy.key)}` };
  if (!route) return { joins: "", value: `${alias}.${quoted(account)}` };
  const parent = tenancy.tables.find((tenant) => tenant.table.name === route.parent) as TenantTable;
  const next = `${alias}p`;
  const rest = accountOf(tenancy, parent, next);
  return { joins: ` LEFT JOIN ${route.parent} ${next} ON ${joined(route, alias, next)}${rest.joins}`, value: rest.value };
}

/** Once the accounts have their uuids, tables that say their own account say it by these. */
function isMappedNow({ accounts, isMapped }: Tenancy, account: string): boolean {
  return isMapped && accounts.columns.some(({ name, notNull }) => name === account && notNull);
}

/** `t."order_id" = p."id"` */
export function joined({ columns, parentColumns }: Link, child: string, parent: string): string {
  return columns
    .map((column, at) => `${child}.${quoted(column)} = ${parent}.${quoted(parentColumns[at] as string)}`)
    .join(" AND ");
}

async function count(pool: Pool, sql: string): Promise<number> {
  const { rows } = await pool.query<{ rows: string }>(sql);
  return Number(rows[0]?.rows);
}
