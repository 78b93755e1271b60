import type { ClientBase } from "pg";
import type { Catalog, Constraint } from "./catalog/catalog.js";
import type { ProbeResult } from "./probe.js";
import type { Target } from "./target.js";
import type { Figures, Records } from "./verification.js";

/** A table whose rows belong to tenants. */
export interface TenantTable {
  /** Qualified and quoted. */
  readonly name: string;
  readonly account: string;
}

/** Counting is the one thing here that reads every row: bounded, so that it can be run on a live system. */
const COUNT_TIMEOUT_MS = 20_000;

/**
 * Counts the rows of tenant tables and those among them that carry an account, in one read-only snapshot.
 * @returns null with the reason where that login may not count past row security, or it takes too long
 */
export async function countRecords(
  client: ClientBase,
  tables: readonly TenantTable[],
): Promise<{ readonly records: Records | null; readonly why: string | null }> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    // Under a policy a count would be of what the policy lets through: an error says more.
    await client.query(
      `SET LOCAL row_security = off; SET LOCAL statement_timeout = ${COUNT_TIMEOUT_MS}; SET LOCAL lock_timeout = 2000`,
    );
    const counted: { table: string; total: number; carrying: number }[] = [];
    for (const { name, account } of tables) {
      // Children and partitions stand in the list themselves.
      const { rows } = await client.query<{ total: string; carrying: string }>(
        `SELECT count(*) AS total, count(${quoteName(account)}) AS carrying FROM ONLY ${name}`,
      );
      counted.push({ table: name, total: Number(rows[0]?.total), carrying: Number(rows[0]?.carrying) });
    }
    const sum = (key: "total" | "carrying") => counted.reduce((total, each) => total + each[key], 0);
    return { records: { carrying: sum("carrying"), total: sum("total"), tables: counted }, why: null };
  } catch (error) {
    return { records: null, why: `the records were not counted: ${(error as Error).message}` };
  } finally {
    await client.query("ROLLBACK");
  }
}

/** The three figures, as far as they were looked at. */
export function figuresOf(
  { catalog, target }: { readonly catalog: Catalog; readonly target: Target },
  tables: readonly TenantTable[],
  seen: { readonly records: Records | null; readonly probes: readonly ProbeResult[] },
): Figures {
  const relations = new Map(catalog.relations.map((relation) => [relation.name, relation]));
  const carrying = tables.filter(({ name, account }) =>
    relations.get(name)?.columns.some((column) => column.name === account && column.notNull),
  );
  const cascading = tables.filter(({ name, account }) =>
    relations.get(name)?.constraints.some((constraint) => cascadesFromAccounts(constraint, account, target)),
  );
  return {
    recordsWithAccount: seen.records,
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

/** SELECTs that a control-plane login sent at tenant objects: how many brought anything but a refusal. */
function controlPlaneSelects(probes: readonly ProbeResult[]): Figures["controlPlaneSelects"] {
  const selects = probes.flatMap(({ attempts }) =>
    attempts.filter(
      ({ as, statement, outcome }) => as === "control" && outcome !== "unclear" && /^\s*(SELECT|TABLE)\b/i.test(statement),
    ),
  );
  if (selects.length === 0) return null;
  return { possible: selects.filter(({ outcome }) => outcome === "broken").length, tried: selects.length };
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
