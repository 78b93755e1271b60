import { randomBytes } from "node:crypto";
import type { Attempt } from "../probe.js";
import { onEachTable, type Probe } from "./definition.js";
import type { Scene } from "./scene.js";
import { attemptAs, isNotOf } from "./stage/act.js";
import type { Identity } from "./stage/identity.js";
import type { Answer } from "./stage/session.js";
import type { TenantTable } from "./stage/tables.js";
import { attempted, broken, held, REFUSED, unclear, unexpected, type Verdict } from "./verdict.js";

const fresh = () => `probe_${randomBytes(6).toString("hex")}`;

/** A plan that was made in one tenant and is run in the next, as a pooled connection does it. */
export const preparedStatement: Probe = {
  id: "prepared-statement",
  title: "A statement prepared in one tenant and run in another sees the other's rows alone.",
  severity: "critical",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const name = fresh();
      const query = othersIn(scene, table);
      const run = [
        `PREPARE ${name} AS ${query}`,
        ...Array.from({ length: 2 }, () => `EXECUTE ${name}`),
        scene.contexts.enter(scene.b.id),
        `EXECUTE ${name}`,
      ];
      const answer = await attemptAs(scene, by, scene.a.id, ...run);
      // The name is the session's: no rollback takes it back.
      await scene.session.try(`DEALLOCATE ${name}`);
      return [await judged(scene, { by, table, answer, statement: `PREPARE p AS ${query}; EXECUTE p` })];
    }),
};

export const cursor: Probe = {
  id: "cursor",
  title: "A cursor shows no row of another tenant's.",
  severity: "critical",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const declare = `DECLARE ${fresh()} NO SCROLL CURSOR FOR ${othersIn(scene, table)}`;
      const name = declare.split(" ")[1];
      const answer = await attemptAs(scene, by, scene.b.id, declare, `FETCH ALL FROM ${name}`);
      return [await judged(scene, { by, table, answer, statement: `${declare}; FETCH ALL` })];
    }),
};

/** It outlives the tenant's turn on a pooled connection; here only what gets into it is looked at. */
export const temporaryTable: Probe = {
  id: "temporary-table",
  title: "A temporary table can't be filled with another tenant's rows.",
  severity: "high",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const name = fresh();
      const make = `CREATE TEMPORARY TABLE ${name} AS ${othersIn(scene, table)}`;
      const answer = await attemptAs(scene, by, scene.b.id, make, `SELECT others FROM ${name}`);
      return [await judged(scene, { by, table, answer, statement: make })];
    }),
};

export const explain: Probe = {
  id: "explain",
  title: "EXPLAIN shows nothing of another tenant's: neither a value nor the account.",
  severity: "medium",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const statement = `EXPLAIN (FORMAT JSON, VERBOSE) SELECT * FROM ${table.name}`;
      const answer = await attemptAs(scene, by, scene.b.id, statement);
      const plan = JSON.stringify(answer.rows);
      const verdict: Verdict =
        answer.state === REFUSED
          ? held()
          : answer.state !== null
            ? unexpected(answer)
            : plan.includes(scene.a.id)
              ? broken(`A plan for ${table.name} names another tenant.`)
              : filters(plan)
                ? held()
                : broken(`A tenant's plan for ${table.name} has no filter: it reads every row.`);
      return [
        attempted({
          by,
          object: `table ${table.name}`,
          statement,
          answer: { text: answer.state ? answer.text : "a plan" },
          verdict,
        }),
      ];
    }),
};

function filters(plan: string): boolean {
  return /"(Filter|Index Cond|Recheck Cond|One-Time Filter)"/.test(plan);
}

function othersIn(scene: Scene, table: TenantTable): string {
  return `SELECT EXISTS (SELECT FROM ${table.name} WHERE ${isNotOf(table, scene.b.id)}) AS others`;
}

interface Judged {
  readonly by: Identity;
  readonly table: TenantTable;
  readonly answer: Answer;
  readonly statement: string;
}

async function judged(scene: Scene, { by, table, answer, statement }: Judged): Promise<Attempt> {
  const ability = await scene.ability(by, table, "select");
  const verdict =
    answer.rows[0]?.others === true
      ? broken(`A tenant reads other tenants' rows of ${table.name} that way.`)
      : answer.state === REFUSED
        ? held()
        : answer.state !== null
          ? unexpected(answer)
          : typeof ability === "object"
            ? unclear(ability.why)
            : held();
  return attempted({ by, object: `table ${table.name}`, statement, answer, verdict });
}
