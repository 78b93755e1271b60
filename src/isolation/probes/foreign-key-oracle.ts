import type { Constraint } from "../catalog/catalog.js";
import type { Attempt } from "../probe.js";
import { drawOwn } from "./ability.js";
import { onEachTable, type Probe } from "./definition.js";
import type { Scene } from "./scene.js";
import { attemptAs } from "./stage/act.js";
import type { Identity } from "./stage/identity.js";
import { foreignKeys } from "./stage/order.js";
import { insertion, type Row } from "./stage/rows.js";
import type { Answer } from "./stage/session.js";
import type { TenantTable } from "./stage/tables.js";
import { attempted, broken, held, mustBeRefused, unclear, unexpected, type Verdict } from "./verdict.js";

/** The victim's key and one that nobody has must be answered alike, and neither may be taken. */
export const foreignKeyOracle: Probe = {
  id: "foreign-key-oracle",
  title: "No foreign key reaches another tenant's row or tells that it exists.",
  severity: "critical",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const attempts: Attempt[] = [];
      for (const key of foreignKeys(table.relation)) {
        const columns = key.columns.filter((column) => column !== table.account);
        if (columns.length === 0 || !scene.tables.some(({ name }) => name === key.references)) continue;
        attempts.push(await refer(scene, { by, table, key, columns }));
      }
      return attempts;
    }),
};

interface Referring {
  readonly by: Identity;
  readonly table: TenantTable;
  readonly key: Constraint;
  /** Without the account's. */
  readonly columns: readonly string[];
}

async function refer(scene: Scene, { by, table, key, columns }: Referring): Promise<Attempt> {
  const object = `constraint ${key.name} on ${table.name}`;
  const own = await drawOwn(scene, table);
  const theirs = scene.a.rows.get(key.references ?? "");
  const nobodys = scene.maker.chooseValues(table.relation.columns.filter(({ name }) => columns.includes(name)));
  if (typeof own === "string" || theirs === undefined) {
    const why = typeof own === "string" ? own : `there is no row of ${key.references}`;
    return attempted({
      by,
      object,
      statement: `INSERT INTO ${table.name}`,
      answer: { text: "not tried" },
      verdict: unclear(why),
    });
  }
  const theirKey: Row = new Map(
    columns.map((column) => [column, theirs.get(key.referencedColumns[key.columns.indexOf(column)] ?? "") ?? null]),
  );
  const statement = insertion(table.name, new Map([...own, ...theirKey]));
  const answer = await attemptAs(scene, by, scene.b.id, statement);
  const control = await attemptAs(scene, by, scene.b.id, insertion(table.name, new Map([...own, ...nobodys])));
  const ability = await scene.ability(by, table, "insert");
  const verdict =
    ability === "no right"
      ? mustBeRefused(answer, `A login without the right to insert into ${table.name} does so.`)
      : typeof ability === "object"
        ? unclear(ability.why)
        : judge(answer, control, `${key.name} of ${table.name}`);
  return attempted({
    by,
    object,
    statement,
    answer: { text: `${answer.text}; for a key that nobody has: ${control.text}` },
    verdict,
  });
}

function judge(answer: Answer, control: Answer, key: string): Verdict {
  if (answer.state === null)
    return broken(`The foreign key ${key} takes another tenant's row: it holds that row and goes when it goes.`);
  if (control.state === null) return broken(`The foreign key ${key} takes a row that doesn't exist: it isn't enforced.`);
  if (answer.state !== control.state)
    return broken(`The foreign key ${key} answers differently for another tenant's row and for none.`);
  return answer.state === "23503" ? held() : unexpected(answer);
}
