import type { Relation } from "../catalog/catalog.js";
import type { Attempt } from "../probe.js";
import type { Probe } from "./definition.js";
import type { Scene } from "./scene.js";
import { attemptAs, isNotOf } from "./stage/act.js";
import type { TenantTable } from "./stage/tables.js";
import { attempted, broken, held, REFUSED, unclear, unexpected, type Verdict } from "./verdict.js";

/** A partition that is named itself answers by its own policies, not by its parent's. */
export const partitions: Probe = {
  id: "partition-of-other-tenant",
  title: "No partition or inheriting table shows another tenant's row when it is asked directly.",
  severity: "critical",
  async run(scene) {
    const attempts: Attempt[] = [];
    for (const by of scene.runtime) {
      for (const child of childrenOf(scene)) {
        const statement = `SELECT EXISTS (SELECT FROM ${child.name} WHERE ${isNotOf(child, scene.b.id)}) AS others`;
        const answer = await attemptAs(scene, by, scene.b.id, statement);
        const verdict = await judge();
        attempts.push(attempted({ by, object: `table ${child.name}`, statement, answer, verdict }));

        async function judge(): Promise<Verdict> {
          if (answer.state === REFUSED) return held();
          if (answer.state !== null) return unexpected(answer);
          if (answer.rows[0]?.others === true) return broken(`A tenant reads other tenants' rows of ${child.name} by naming it.`);
          const [there] = await scene.session.look<{ others: boolean }>(scene.contexts.enter(scene.a.id), statement);
          return there?.others ? held() : unclear("It may be read, and no other tenant has a row in it that could be seen.");
        }
      }
    }
    return attempts;
  },
};

function childrenOf({ catalog, tables }: Scene): readonly TenantTable[] {
  const found = new Map<string, TenantTable>(tables.map((table) => [table.name, table]));
  const children: TenantTable[] = [];
  let added: readonly Relation[];
  do {
    added = catalog.relations.filter(({ name, parents }) => !found.has(name) && parents.some((parent) => found.has(parent)));
    for (const relation of added) {
      const parent = found.get(relation.parents.find((name) => found.has(name)) ?? "");
      const child = { name: relation.name, account: parent?.account ?? "", relation };
      found.set(relation.name, child);
      children.push(child);
    }
  } while (added.length > 0);
  return children;
}
