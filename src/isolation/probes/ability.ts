import type { Ability, Command, Scene } from "./scene.js";
import { attemptAs, isOf } from "./stage/act.js";
import type { Identity } from "./stage/identity.js";
import { mayAtAll } from "./stage/rights.js";
import { insertion, type Row } from "./stage/rows.js";
import type { Answer } from "./stage/session.js";
import { identifier } from "./stage/sql.js";
import type { TenantTable } from "./stage/tables.js";

interface Trial {
  readonly identity: Identity;
  readonly table: TenantTable;
  readonly command: Command;
}

/** A positive control: the same kind of statement as an attack, where it should succeed. */
export async function tryAbility(scene: Scene, { identity, table, command }: Trial): Promise<Ability> {
  const statement = await ownStatement(scene, { identity, table, command });
  if (statement === null) return "no right";
  if (typeof statement === "object") return statement;
  const answer = await attemptAs(scene, identity, scene.b.id, statement);
  if (worked(answer, command)) return "able";
  if (answer.state === "42501" && !mayAtAll((await scene.rights(identity)).get(table.name), command)) return "no right";
  return { why: `With its own tenant's row it said: ${answer.text} (${statement})` };
}

async function ownStatement(
  scene: Scene,
  { identity, table, command }: Trial,
): Promise<string | { readonly why: string } | null> {
  const own = isOf(table, scene.b.id);
  switch (command) {
    case "select":
      return `SELECT count(*) AS own FROM ${table.name} WHERE ${own}`;
    case "delete":
      return `DELETE FROM ${table.name} WHERE ${own}`;
    case "update": {
      const column = identifier(await columnToUpdate(scene, identity, table));
      return `UPDATE ${table.name} SET ${column} = ${column} WHERE ${own}`;
    }
    case "insert": {
      const row = await drawOwn(scene, table);
      return typeof row === "string" ? { why: `No row to insert was found: ${row}` } : insertion(table.name, row);
    }
  }
}

const TRIES = 3;

/** A new row of the attacker's, as far as can be one that meets none of its own. */
export async function drawOwn(scene: Scene, table: TenantTable): Promise<Row | string> {
  let row: Row | string = "";
  for (let skip = 0; skip < TRIES; skip++) {
    const next = await scene.maker.draw(drawFor(table, scene.b), skip);
    if (typeof next === "string") return skip === 0 ? next : row;
    row = next;
    if ((await scene.session.try(scene.contexts.enter(scene.b.id), insertion(table.name, row))).state !== "23505") return row;
  }
  return row;
}

/** What a new row of a tenant's needs to be drawn up. */
export function drawFor({ relation, account }: TenantTable, { id, rows }: Scene["b"]) {
  return { relation, account: { column: account, id }, parents: rows };
}

/** A column that an UPDATE may name, its key and its account only where there is no other. */
export async function columnToUpdate(
  scene: Scene,
  identity: Identity,
  { name, relation, account }: TenantTable,
): Promise<string> {
  const allowed = (await scene.rights(identity)).get(name)?.update ?? [];
  const keys = new Set(
    relation.constraints.filter(({ kind }) => kind !== "check" && kind !== "not null").flatMap(({ columns }) => columns),
  );
  const free = relation.columns
    .filter(({ generated, identity: own }) => !generated && own !== "always")
    .map((column) => column.name);
  const open = free.filter((column) => allowed.includes(column));
  return open.find((column) => !keys.has(column)) ?? open.find((column) => column !== account) ?? open[0] ?? free[0] ?? account;
}

/** Rights and policies have let these through: a row that another refers to, and one whose key the tenant has already. */
const LET_THROUGH: Readonly<Record<Command, readonly string[]>> = {
  select: [],
  update: [],
  delete: ["23503", "23001"],
  insert: ["23505", "23P01"],
};

function worked({ state, count, rows }: Answer, command: Command): boolean {
  if (command === "select") return Number(rows[0]?.own) > 0;
  return state === null ? count > 0 : LET_THROUGH[command].includes(state);
}
