import type { Figures, PurgeProof } from "../result.js";
import type { Sql, Stage } from "../stage.js";
import { countRows, hasAccount, sum, type TenantTable, tenantTables } from "../tables.js";
import { isDenied } from "./control-plane.js";

/** Counts the three figures afresh, over everything that stands in the database at the end. */
export async function measureFigures(stage: Stage, { rowsBefore, rowsLeft }: PurgeProof): Promise<Figures> {
  stage.report({
    kind: "chapter",
    number: 9,
    title: "Three figures",
    why: "Counted just now, by the owner's login and in PostgreSQL's catalog; none is taken from a setting or a promise.",
  });
  const tables = await tenantTables(stage.owner);
  const total = sum((await countRows(stage.owner, tables)).values());
  const carrying = await countCarrying(stage.owner, tables);
  const visible = await countVisible(await stage.control.engine.pool("control"), tables);
  const cascading = await countCascading(stage.owner);
  stage.check(carrying === total && total > 0, "every record carries the account_id of an account", `${carrying} of ${total}`);
  stage.check(visible === 0, "the control plane can select no row of a tenant", `${visible} of ${total}`);
  stage.check(
    cascading === tables.length,
    "deleting an account cascades to every tenant table",
    `${cascading} of ${tables.length}`,
  );
  return {
    recordsWithAccountId: { carrying, total, percent: (100 * carrying) / total },
    rowsVisibleToControlPlane: { visible, total },
    deletion: { tables: tables.length, cascading, rowsDeleted: rowsBefore, rowsLeft },
  };
}

/** Rows whose account_id is that of an account. */
async function countCarrying(owner: Sql, tables: readonly TenantTable[]): Promise<number> {
  let carrying = 0;
  for (const { name } of tables.filter(hasAccount)) {
    const { rows } = await owner.query<{ rows: string }>(
      `SELECT count(*) AS rows FROM ${name} t JOIN control.accounts a ON a.id = t.account_id`,
    );
    carrying += Number(rows[0]?.rows);
  }
  return carrying;
}

/** Rows that the control plane's login gets when it asks for them. */
async function countVisible(control: Sql, tables: readonly TenantTable[]): Promise<number> {
  let visible = 0;
  for (const { name } of tables) {
    if (await isDenied(control, `SELECT FROM ${name}`)) continue;
    visible += (await control.query(`SELECT FROM ${name}`)).rowCount ?? 0;
  }
  return visible;
}

/** Tables of schema tenant with a validated foreign key account_id → accounts, ON DELETE CASCADE. */
async function countCascading(owner: Sql): Promise<number> {
  const { rows } = await owner.query<{ tables: string }>(`
    SELECT count(DISTINCT c.conrelid) AS tables
    FROM pg_constraint c
    JOIN pg_class t ON t.oid = c.conrelid AND t.relnamespace = 'tenant'::regnamespace
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attname = 'account_id'
    WHERE c.contype = 'f' AND c.confrelid = 'control.accounts'::regclass
      AND c.conkey = ARRAY[a.attnum] AND c.confdeltype = 'c' AND c.convalidated`);
  return Number(rows[0]?.tables);
}
