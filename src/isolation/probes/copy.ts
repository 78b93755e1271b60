import type { Attempt } from "../probe.js";
import { onEachTable, type Probe } from "./definition.js";
import type { Scene } from "./scene.js";
import { attemptAs, isOf } from "./stage/act.js";
import type { Identity } from "./stage/identity.js";
import { literal } from "./stage/sql.js";
import type { TenantTable } from "./stage/tables.js";
import { attempted, broken, held, mustBeRefused, REFUSED, unclear, unexpected, type Verdict } from "./verdict.js";

export const copy: Probe = {
  id: "copy",
  title: "COPY gives a tenant its own rows and takes none in past the policies.",
  severity: "critical",
  run: (scene) => onEachTable(scene, async (by, table) => [await copyOut(scene, by, table), await copyIn(scene, by, table)]),
};

async function copyOut(scene: Scene, by: Identity, table: TenantTable): Promise<Attempt> {
  const object = `table ${table.name}`;
  // Counted by the server: its rows are thrown away where they arrive.
  const statement = `COPY ${table.name} TO STDOUT`;
  const ability = await scene.ability(by, table, "select");
  // Where no policy applies, COPY would send everything: that it would is enough.
  const [row] = (
    await attemptAs(scene, by, scene.b.id, `SELECT row_security_active(${literal(table.name)}::regclass) AS policies_apply`)
  ).rows;
  if (row?.policies_apply === false && ability !== "no right") {
    return attempted({
      by,
      object,
      statement,
      answer: { text: "no policy applies" },
      verdict: broken(`COPY gives all of ${table.name}.`),
    });
  }
  const answer = await attemptAs(scene, by, scene.b.id, statement);
  return attempted({ by, object, statement, answer, verdict: await judge() });

  async function judge(): Promise<Verdict> {
    // The whole row is asked for: a login with rights on some columns is refused as well.
    if (answer.state === REFUSED) return held();
    if (answer.state !== null) return unexpected(answer);
    if (typeof ability === "object") return unclear(ability.why);
    const [own] = await scene.session.look<{ own: string }>(
      scene.contexts.enter(scene.b.id),
      `SELECT count(*) AS own FROM ${table.name} WHERE ${isOf(table, scene.b.id)}`,
    );
    if (answer.count > Number(own?.own)) return broken(`COPY gives a tenant other tenants' rows of ${table.name}.`);
    // Of a partitioned table COPY gives the parent's own rows: none.
    return answer.count > 0 || table.relation.kind === "partitioned table"
      ? held()
      : unclear("It gave not even the tenant's own rows.");
  }
}

/** Never sends a row: whether policies apply is known before. */
async function copyIn(scene: Scene, by: Identity, table: TenantTable): Promise<Attempt> {
  const object = `table ${table.name}`;
  const statement = `COPY ${table.name} FROM STDIN`;
  const [row] = (
    await attemptAs(scene, by, scene.b.id, `SELECT row_security_active(${literal(table.name)}::regclass) AS policies_apply`)
  ).rows;
  const ability = await scene.ability(by, table, "insert");
  if (row?.policies_apply === false && ability !== "no right") {
    return attempted({
      by,
      object,
      statement,
      answer: { text: "no policy applies" },
      verdict: broken(`COPY plants rows in any tenant's ${table.name}.`),
    });
  }
  const answer = await attemptAs(scene, by, scene.b.id, statement);
  // feature_not_supported: COPY FROM and row security don't go together.
  const verdict = answer.state === "0A000" ? held() : mustBeRefused(answer, `COPY plants rows in any tenant's ${table.name}.`);
  return attempted({ by, object, statement, answer, verdict });
}
