import type { ClientBase } from "pg";
import type { Constraint } from "./catalog/catalog.js";
import { quoteIdentifier } from "./names.js";
import type { ProbeResult } from "./probe.js";
import { controlPlaneSelect } from "./probes/control-plane.js";
import type { Facts } from "./rule.js";
import type { Target } from "./target.js";
import { type TenantTable, tenantTables } from "./tenancy.js";
import type { Figures, Records } from "./verification.js";

/** Either the records, or why there are none. */
export interface Counted {
  readonly records: Records | null;
  readonly why: string | null;
}

/** Counting is the one thing here that reads every row: bounded, so that it can be run on a live system. */
const COUNT_TIMEOUT_MS = 20_000;

/**
 * Counts the rows of tenant tables and those among them that carry an account, in one read-only snapshot.
 * @returns null with the reason where that login may not count past row security, or it takes too long
 */
export async function countRecords(client: ClientBase, tables: readonly TenantTable[]): Promise<Counted> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    // Under a policy a count would be of what the policy lets through: an error says more.
    await client.query(
      `SET LOCAL row_security = off; SET LOCAL statement_timeout = ${COUNT_TIMEOUT_MS}; SET LOCAL lock_timeout = 2000`,
    );
    const counted: { table: string; total: number; carrying: number }[] = [];
    for (const { table, account } of tables) {
      if (table.kind !== "table") continue;
      const carries = table.columns.some(({ name }) => name === account);
      // Children and partitions stand in the list themselves.
      const { rows } = await client.query<{ total: string; carrying: string }>(
        `SELECT count(*) AS total, count(${carries ? quoteIdentifier(account) : "NULL"}) AS carrying FROM ONLY ${table.name}`,
      );
      counted.push({ table: table.name, total: Number(rows[0]?.total), carrying: Number(rows[0]?.carrying) });
    }
    const sum = (key: "total" | "carrying") => counted.reduce((total, each) => total + each[key], 0);
    return { records: { carrying: sum("carrying"), total: sum("total"), tables: counted }, why: null };
  } catch (error) {
    return { records: null, why: (error as Error).message };
  } finally {
    await client.query("ROLLBACK");
  }
}

/** The three figures, as far as they were looked at. */
export function figuresOf(facts: Facts, seen: { readonly records: Counted; readonly probes: readonly ProbeResult[] }): Figures {
  const tables = tenantTables(facts);
  const carrying = tables.filter(({ table, account }) => table.columns.some(({ name, notNull }) => name === account && notNull));
  const cascading = tables.filter(({ table, account }) =>
    table.constraints.some((constraint) => cascadesFromAccounts(constraint, account, facts.target)),
  );
  return {
    recordsWithAccount: seen.records.records,
    notCounted: seen.records.why,
    tablesWithAccount: { carrying: carrying.length, total: tables.length },
    controlPlaneSelects: controlPlaneSelects(seen.probes),
    cascades: { cascading: cascading.length, total: tables.length },
  };
}

function cascadesFromAccounts(constraint: Constraint, account: string, { accounts }: Target): boolean {
  const { kind, references, columns, onDelete, validated, enforced, triggersOn } = constraint;
  const isAccounts = kind === "foreign key" && references === accounts.table && columns.length === 1 && columns[0] === account;
  return isAccounts && onDelete === "cascade" && validated && enforced && triggersOn;
}

/** SELECTs that control-plane logins sent at tenant objects: how many brought anything but a refusal. */
function controlPlaneSelects(probes: readonly ProbeResult[]): Figures["controlPlaneSelects"] {
  const attempts = probes.find(({ id }) => id === controlPlaneSelect.id)?.attempts ?? [];
  const told = attempts.filter(({ outcome }) => outcome !== "unclear");
  if (told.length === 0) return null;
  return { possible: told.filter(({ outcome }) => outcome === "broken").length, tried: told.length };
}
