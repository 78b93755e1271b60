import type { Relation } from "../catalog/catalog.js";
import type { Attempt } from "../probe.js";
import type { Probe } from "./definition.js";
import { hashOf, keyOf, leadsToTenants, readAs, readingOf } from "./reading.js";
import type { Scene } from "./scene.js";
import { attemptAs } from "./stage/act.js";
import type { Identity } from "./stage/identity.js";
import type { Stage } from "./stage/stage.js";
import { attempted, broken, held, REFUSED, unexpected } from "./verdict.js";

export const views: Probe = {
  id: "view-of-other-tenant",
  title: "No view shows a tenant anything of another tenant's.",
  severity: "critical",
  async run(scene) {
    const attempts: Attempt[] = [];
    for (const by of scene.runtime) {
      for (const view of readableViews(scene)) attempts.push(await readView(scene, by, view));
      for (const copy of scene.catalog.relations.filter(({ kind }) => kind === "materialized view")) {
        attempts.push(await readCopy(scene, by, copy));
      }
    }
    return attempts;
  },
};

/** Before the victim has rows: what each view shows. */
export async function readViews(stage: Stage, identities: readonly Identity[], seen: Map<string, string>): Promise<void> {
  for (const by of identities) {
    for (const { name } of readableViews(stage))
      seen.set(keyOf(by, `view ${name}`), await hashOf(stage, by, readingOf(stage, by, name)));
  }
}

function readableViews({ catalog }: Pick<Stage, "catalog">): readonly Relation[] {
  return catalog.relations.filter(({ kind, extension }) => kind === "view" && extension === null);
}

async function readView(scene: Scene, by: Identity, view: Relation): Promise<Attempt> {
  const object = `view ${view.name}`;
  const statement = readingOf(scene, by, view.name);
  const reaches = leadsToTenants(scene.catalog, view, namesOf(scene));
  const { answer, verdict } = await readAs(scene, {
    by,
    object,
    statement,
    reaches,
    allows: `A tenant sees other tenants' rows through ${view.name}.`,
  });
  return attempted({ by, object, statement: `SELECT * FROM ${view.name}`, answer, verdict });
}

/** A materialized view has no policies: whoever may read it reads everything in it. */
async function readCopy(scene: Scene, by: Identity, copy: Relation): Promise<Attempt> {
  const statement = `SELECT FROM ${copy.name} LIMIT 1`;
  const answer = await attemptAs(scene, by, scene.b.id, statement);
  const readable = answer.state === null || answer.state === "55000"; // it isn't filled yet
  const verdict =
    answer.state === REFUSED
      ? held()
      : !readable
        ? unexpected(answer)
        : leadsToTenants(scene.catalog, copy, namesOf(scene))
          ? broken(`Every tenant may read ${copy.name}, which copies tenant tables and knows no row security.`)
          : held("it is made of no tenant table");
  return attempted({ by, object: `materialized view ${copy.name}`, statement, answer, verdict });
}

function namesOf({ tables }: Scene): ReadonlySet<string> {
  return new Set(tables.map(({ name }) => name));
}
