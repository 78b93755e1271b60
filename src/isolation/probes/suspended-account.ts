import { columnToUpdate } from "./ability.js";
import { onEachTable, type Probe } from "./definition.js";
import type { Scene } from "./scene.js";
import { isOf, standAs } from "./stage/act.js";
import type { Identity } from "./stage/identity.js";
import type { Answer } from "./stage/session.js";
import { identifier, literal } from "./stage/sql.js";
import { attempted, broken, held, unexpected, type Verdict } from "./verdict.js";

/** azora's own: elsewhere suspension is nothing that the database knows. */
export const suspendedAccount: Probe = {
  id: "suspended-account",
  title: "A suspended account is refused by the database itself, and a read-only one can't write.",
  severity: "high",
  async run(scene) {
    if (!scene.target.guard) return [];
    return onEachTable(scene, async (by, table) => {
      const object = `table ${table.name}`;
      const own = isOf(table, scene.b.id);
      const look = `SELECT count(*) AS own FROM ${table.name} WHERE ${own}`;
      const stopped = await suspended(scene, by, { readOnly: false, statement: look });
      const full = attempted({
        by,
        object,
        statement: `suspended; ${look}`,
        answer: stopped,
        verdict: judge(stopped, "AZ003", `A suspended account still reads ${table.name}.`),
      });
      if ((await scene.ability(by, table, "update")) !== "able") return [full];
      const column = identifier(await columnToUpdate(scene, by, table));
      const write = `UPDATE ${table.name} SET ${column} = ${column} WHERE ${own}`;
      const kept = await suspended(scene, by, { readOnly: true, statement: write });
      const verdict = judge(kept, "AZ004", `An account that may only read still writes into ${table.name}.`);
      return [full, attempted({ by, object, statement: `suspended, read-only; ${write}`, answer: kept, verdict })];
    });
  },
};

function suspended(
  scene: Scene,
  by: Identity,
  { readOnly, statement }: { readOnly: boolean; statement: string },
): Promise<Answer> {
  return scene.session.try(
    `SELECT control.suspend_account(${literal(scene.b.id)}, 'isolation probe', ${readOnly})`,
    ...standAs(scene, by, scene.b.id),
    statement,
  );
}

function judge(answer: Answer, refusal: string, allows: string): Verdict {
  if (answer.state === refusal) return held();
  return answer.state === null ? broken(allows) : unexpected(answer);
}
