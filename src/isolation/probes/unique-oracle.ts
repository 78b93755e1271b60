import type { Index } from "../catalog/catalog.js";
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

/** A tenant inserts the victim's values as its own: no key may notice. */
export const uniqueOracle: Probe = {
  id: "unique-key-oracle",
  title: "No unique key tells one tenant that another has a value.",
  severity: "high",
  run: (scene) =>
    onEachTable(scene, async (by, table) => {
      const own = await drawOwn(scene, table);
      if (typeof own === "string") {
        return [
          attempted({
            by,
            object: `table ${table.name}`,
            statement: `INSERT INTO ${table.name}`,
            answer: { text: "not tried" },
            verdict: unclear(own),
          }),
        ];
      }
      const all = await insertTheirs(scene, { by, table, own, columns: table.relation.columns.map(({ name }) => name) });
      // A key of the tenant's own can stand in front of one that spans tenants: then each of those is tried alone.
      if (all.outcome !== "held" || all.note === null) return [all];
      const attempts = [all];
      for (const index of spanning(table)) {
        const columns = index.columns.filter((name): name is string => name !== null);
        attempts.push(await insertTheirs(scene, { by, table, own, columns }));
      }
      return attempts;
    }),
};

interface Copying {
  readonly by: Identity;
  readonly table: TenantTable;
  /** A good row of the attacker's. */
  readonly own: Row;
  /** Columns whose values are taken from the victim's row. */
  readonly columns: readonly string[];
}

async function insertTheirs(scene: Scene, { by, table, own, columns }: Copying): Promise<Attempt> {
  const { relation, account, name } = table;
  const allowed = (await scene.rights(by)).get(name)?.insert ?? [];
  const theirs = scene.a.rows.get(name) as Row;
  const kept = new Set([account, ...foreignKeys(relation).flatMap((key) => key.columns)]);
  const row = new Map(own);
  for (const column of relation.columns) {
    if (kept.has(column.name) || column.generated || !columns.includes(column.name)) continue;
    if (own.has(column.name) || allowed.includes(column.name)) row.set(column.name, theirs.get(column.name) ?? null);
  }
  const statement = insertion(name, row);
  const answer = await attemptAs(scene, by, scene.b.id, statement);
  const ability = await scene.ability(by, table, "insert");
  const verdict =
    ability === "no right"
      ? mustBeRefused(answer, `A login without the right to insert into ${name} does so.`)
      : typeof ability === "object"
        ? unclear(ability.why)
        : judge(answer, table);
  return attempted({ by, object: `table ${name}`, statement, answer, verdict });
}

function judge(answer: Answer, table: TenantTable): Verdict {
  if (answer.state === null) return answer.count > 0 ? held() : unexpected(answer);
  if (answer.state !== "23505" && answer.state !== "23P01") return unexpected(answer);
  if (spanning(table).some(({ name }) => sameName(name, answer.constraint))) {
    return broken(`The key ${answer.constraint} of ${table.name} tells a tenant which values the others have.`);
  }
  return held(`the key ${answer.constraint} holds the account: the tenant met a row of its own`);
}

/** Keys that don't hold the account's column as it is. */
function spanning({ relation, account }: TenantTable): readonly Index[] {
  return relation.indexes.filter(({ unique, exclusion, columns }) => (unique || exclusion) && !columns.includes(account));
}

/** Errors name an index bare; a catalog may qualify and quote it. */
function sameName(index: string, constraint: string | null): boolean {
  const bare = index
    .slice(index.lastIndexOf(".") + 1)
    .replace(/^"|"$/g, "")
    .replaceAll('""', '"');
  return constraint !== null && (bare === constraint || index === constraint);
}
