import type { Probe } from "./definition.js";
import type { Scene } from "./scene.js";
import { isOf } from "./stage/act.js";
import type { Identity } from "./stage/identity.js";
import { identifier, literal } from "./stage/sql.js";
import type { TenantTable } from "./stage/tables.js";
import { attempted, broken, held, unclear, type Verdict } from "./verdict.js";

/** One account goes the way that the control plane goes; its neighbour is hashed before and after. */
export const purge: Probe = {
  id: "purge",
  title: "Deleting an account deletes every row it has and none of another's.",
  severity: "critical",
  async run(scene) {
    const way = await wayToPurge(scene);
    const object = `table ${scene.target.accounts.table}`;
    const before = await scene.session.look<{ state: string }>(scene.contexts.enter(scene.b.id), stateOf(scene));
    const prepared = scene.target.guard ? [ALONE] : [];
    const answer = await scene.session.nested(
      ["SET CONSTRAINTS ALL DEFERRED", ...prepared, ...way.by.statements, way.statement],
      async (made) => {
        if (made.state !== null) return { made, verdict: refused(made.text) };
        return { made, verdict: await judge(scene, before[0]?.state) };
      },
    );
    return [attempted({ by: way.by, object, statement: way.statement, answer: answer.made, verdict: answer.verdict })];

    function refused(text: string): Verdict {
      return /^(23503|23001):|^AZ012: The purge would have left/.test(text)
        ? broken(`An account can't be deleted: ${text}`)
        : unclear(`The purge failed: ${text}`);
    }
  },
};

const OWNER_AGAIN = "SET LOCAL SESSION AUTHORIZATION DEFAULT";

/** Whether several persons have to agree isn't asked here: the probe is one. */
const ALONE = "DELETE FROM control.settings WHERE key = 'purge.approvals'";

async function judge(scene: Scene, before: string | undefined): Promise<Verdict> {
  const [left, hidden]: [string[], string[]] = [[], []];
  for (const table of withChildren(scene)) {
    const rows = await scene.session.try(
      OWNER_AGAIN,
      `SELECT count(*)::int AS rows, row_security_active(${literal(table.name)}::regclass) AS hidden
       FROM ${table.name} WHERE ${isOf(table, scene.a.id)}`,
    );
    if (rows.state !== null) return unclear(`What is left can't be counted: ${rows.text}`);
    if (Number(rows.rows[0]?.rows) > 0) left.push(`${rows.rows[0]?.rows} in ${table.name}`);
    if (rows.rows[0]?.hidden === true) hidden.push(table.name);
  }
  if (left.length > 0) return broken(`Rows outlive their account: ${left.join(", ")}.`);
  const after = await scene.session.try(OWNER_AGAIN, scene.contexts.enter(scene.b.id), stateOf(scene));
  if (after.state !== null) return unclear(after.text);
  if (after.rows[0]?.state !== before) return broken("Deleting one account changes another's rows.");
  // The account is gone, and no context leads to its rows any more.
  return hidden.length === 0
    ? held()
    : unclear(`The policies hold for the owner's connection too: rows left in ${hidden.join(", ")} can't be seen by it.`);
}

/** azora's own function, by whoever of the control plane may call it; elsewhere the accounts row is deleted. */
async function wayToPurge({
  session,
  target,
  control,
  owner,
  a,
}: Scene): Promise<{ readonly by: Identity; readonly statement: string }> {
  const deletion = `DELETE FROM ${target.accounts.table} WHERE ${identifier(target.accounts.key)} = ${literal(a.id)}`;
  if (!target.guard) return { by: owner, statement: deletion };
  const statement = `SELECT account_slug FROM control.purge_account(${literal(a.id)}, 'isolation probe', true)`;
  for (const by of control) {
    const [row] = await session.look<{ may: boolean }>(
      `SELECT has_function_privilege(${literal(by.role)}, 'control.purge_account(uuid,text,boolean)', 'EXECUTE') AS may`,
    );
    if (row?.may) return { by, statement };
  }
  return { by: owner, statement };
}

function withChildren({ tables, catalog, target }: Scene): readonly TenantTable[] {
  // What is exempted or only inherits is not a tenant table by itself; rows in it are rows left over all the same.
  const others = catalog.relations.filter(
    ({ kind, schema, columns, name }) =>
      kind === "table" &&
      target.schemas.includes(schema) &&
      !tables.some((table) => table.name === name) &&
      columns.some((column) => column.name === target.accountColumn),
  );
  return [...tables, ...others.map((relation) => ({ name: relation.name, account: target.accountColumn, relation }))];
}

/** A hash over every row that the neighbour has. */
function stateOf({ tables, b }: Scene): string {
  const parts = tables.map(
    (table) =>
      `(SELECT coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') FROM ${table.name} AS t WHERE ${isOf(table, b.id)})`,
  );
  return `SELECT md5(concat_ws(',', ${parts.join(", ") || "''"})) AS state`;
}
