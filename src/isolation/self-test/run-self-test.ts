import type { ClientBase } from "pg";
import type { Catalog } from "../catalog/catalog.js";
import { readCatalog } from "../catalog/read-catalog.js";
import { checkRules } from "../check-rules.js";
import type { Probe } from "../probes/definition.js";
import { PROBES } from "../probes/index.js";
import { openScene } from "../probes/open-scene.js";
import { openStagedScene } from "../probes/run-probes.js";
import type { Scene } from "../probes/scene.js";
import { LIMITS, type Limits, Session } from "../probes/stage/session.js";
import type { Target } from "../target.js";
import type { Breakage } from "../verification.js";
import { type BreakageKind, chooseGround, type Ground } from "./breakage.js";
import { BREAKAGES } from "./index.js";

export interface SelfTestInput {
  /** A connection of a superuser's, not in a transaction. */
  readonly client: ClientBase;
  readonly catalog: Catalog;
  readonly target: Target;
  readonly limits?: Limits;
  readonly breakages?: readonly BreakageKind[];
  readonly probes?: readonly Probe[];
}

/**
 * Breaks each guarantee on purpose, on one tenant table, and looks whether the rules and the probes that answer for it go
 * red. Everything happens in one transaction that is rolled back; each breakage holds an ACCESS EXCLUSIVE lock on its table
 * (and what refers to it) until it is undone, well under a second later. A breakage that could not be made counts as not seen.
 * @returns one line a breakage, those that the target has no guarantee for left out
 * @throws the connection's own errors; Error where there is nothing to break, or nobody who may
 */
export async function runSelfTest({
  client,
  catalog,
  target,
  limits = LIMITS,
  breakages = BREAKAGES,
  probes = PROBES,
}: SelfTestInput): Promise<readonly Breakage[]> {
  // Less would break less, and a breakage that can't be made looks like one that nobody notices.
  if (!catalog.roles.some(({ name, superuser }) => superuser && name === catalog.server.user)) {
    throw new Error(`The self-test breaks what only a superuser can, and ${catalog.server.user} is none: run it on a copy.`);
  }
  return Session.within(client, limits, async (session) => {
    const missing: string[] = [];
    const scene = await openStagedScene(session, { catalog, target }, missing);
    const ground = scene && (await chooseGround(scene));
    if (!ground)
      throw new Error(`The self-test has nothing to break: ${missing.join(" ") || "no login can use a tenant table."}`);
    const before = new Set(redRules(catalog, target));
    const results: Breakage[] = [];
    for (const kind of breakages) {
      const statements = kind.breakWith(ground);
      if (statements === null) continue;
      results.push(await breakOne({ client, session, ground, probes, before }, kind, statements));
    }
    return results;
  });
}

interface Bench {
  readonly client: ClientBase;
  readonly session: Session;
  readonly ground: Ground;
  readonly probes: readonly Probe[];
  /** Findings that are there without any breakage, by rule and object. */
  readonly before: ReadonlySet<string>;
}

async function breakOne(
  { client, session, ground, probes, before }: Bench,
  kind: BreakageKind,
  statements: readonly string[],
): Promise<Breakage> {
  const expected = [...kind.rules, ...kind.probes];
  const statement = statements.join(";\n");
  const red = await session.nested(statements, async (made) => {
    if (made.state !== null) return { failed: made.text, ids: [] };
    const catalog = await readCatalog(client);
    const rules = redRules(catalog, ground.scene.target).filter((found) => !before.has(found));
    const scene = sceneOf(ground, catalog);
    const ids = new Set(rules.map((found) => found.split(" ", 1)[0] ?? ""));
    for (const probe of probes.filter(({ id }) => kind.probes.includes(id))) {
      const attempts = await probe.run(scene);
      if (attempts.some(({ outcome }) => outcome === "broken")) ids.add(probe.id);
    }
    return { failed: null, ids: [...ids] };
  });
  const seen = red.failed === null && expected.every((id) => red.ids.includes(id));
  return {
    name: kind.name,
    statement: red.failed === null ? statement : `${statement}\n-- ${red.failed}`,
    expected,
    red: red.ids,
    seen,
  };
}

/** Only the table that was broken is probed: the rest of the schema has been, and its locks last longer than they need. */
function sceneOf({ scene, table }: Ground, catalog: Catalog): Scene {
  const relation = catalog.relations.find(({ name }) => name === table.name) ?? table.relation;
  const parents = new Set(relation.constraints.flatMap(({ references }) => references ?? []));
  const tables = scene.tables.filter(({ name }) => name === table.name || parents.has(name));
  const broken = tables.map((each) => ({
    ...each,
    relation: catalog.relations.find(({ name }) => name === each.name) ?? each.relation,
  }));
  return openScene({ ...scene, catalog, tables: broken }, scene, scene.before);
}

function redRules(catalog: Catalog, target: Target): readonly string[] {
  return checkRules({ catalog, target }).findings.map(({ rule, object }) => `${rule} ${object}`);
}
