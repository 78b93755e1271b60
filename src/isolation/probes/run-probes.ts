import type { ClientBase } from "pg";
import type { Catalog } from "../catalog/catalog.js";
import type { Attempt, ProbeResult } from "../probe.js";
import type { Target } from "../target.js";
import { findCast } from "./cast.js";
import type { Probe } from "./definition.js";
import { readFunctions } from "./functions.js";
import { PROBES } from "./index.js";
import { openScene } from "./open-scene.js";
import { type LoginPools, probeConnections } from "./own-connection.js";
import type { Scene } from "./scene.js";
import type { Identity } from "./stage/identity.js";
import { LIMITS, type Limits, NoAnswer, Session } from "./stage/session.js";
import { setStage } from "./stage/stage.js";
import { readViews } from "./views.js";

export interface ProbeInput {
  /** A connection of the owner's, not in a transaction. A superuser's shows most. */
  readonly client: ClientBase;
  readonly catalog: Catalog;
  readonly target: Target;
  /** The planes' own connections, where they are at hand. */
  readonly logins?: LoginPools;
  readonly limits?: Limits;
  readonly probes?: readonly Probe[];
}

export interface ProbeAnswer {
  readonly probes: readonly ProbeResult[];
  readonly unclear: readonly string[];
  /** Whom the probes acted as, and how. */
  readonly identities: readonly Pick<Identity, "plane" | "role" | "by">[];
}

/**
 * Tries to get from one synthetic tenant to another, as the logins of both planes, in one transaction that is rolled back.
 * Takes row locks on what it made, ROW EXCLUSIVE on the tables and nothing stronger as long as the logins lack the rights
 * for it; never waits for another session longer than the limits say.
 * @returns attempts by probe, and what could not be told
 * @throws the connection's own errors
 */
export async function runProbes({
  client,
  catalog,
  target,
  logins = {},
  limits = LIMITS,
  probes = PROBES,
}: ProbeInput): Promise<ProbeAnswer> {
  // Before the transaction: the embedded engine has one session for everybody.
  const connected = await probeConnections({ catalog, target }, logins, limits);
  return Session.within(client, limits, async (session) => {
    const unclear: string[] = [];
    const scene = await openStagedScene(session, { catalog, target }, unclear);
    if (!scene) return { probes: connected, unclear: [...unclear, ...whatIsUnclear(connected)], identities: [] };
    if (scene.runtime.length === 0) unclear.push("No login of the application's could be tried.");
    if (scene.tables.length === 0) unclear.push("No tenant table could be tried.");
    const results = [...connected];
    for (const probe of probes) {
      const attempts = await runOne(probe, scene);
      if (attempts.length > 0) results.push({ id: probe.id, title: probe.title, severity: probe.severity, attempts });
    }
    const identities = [...scene.runtime, ...scene.control].map(({ plane, role, by }) => ({ plane, role, by }));
    return { probes: results, unclear: [...unclear, ...whatIsUnclear(results)], identities };
  });
}

/** A probe that gets no answer to a question of its own, from a table that somebody keeps locked say, has shown nothing. */
async function runOne({ run, title }: Probe, scene: Scene): Promise<readonly Attempt[]> {
  try {
    return await run(scene);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const { role, plane } = scene.owner;
    return [
      {
        as: plane,
        role,
        object: "database",
        statement: error.statement,
        answer: error.message,
        outcome: "unclear",
        note: `Not shown: ${title}`,
      },
    ];
  }
}

/** Sets the stage and finds who acts on it. @returns nothing where there is no stage; `unclear` says why */
export async function openStagedScene(
  session: Session,
  { catalog, target }: Pick<ProbeInput, "catalog" | "target">,
  unclear: string[],
): Promise<Scene | undefined> {
  try {
    const cast = await findCast(session, { catalog, target }, unclear);
    const set = await setStage(session, { catalog, target }, unclear, async (stage) => {
      const seen = new Map<string, string>();
      await readViews(stage, cast.runtime, seen);
      await readFunctions(stage, [...cast.runtime, ...cast.control], seen);
      return seen;
    });
    return set && openScene(set.stage, cast, set.seen);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    unclear.push(`There is no stage to probe on: ${error.message}`);
    return undefined;
  }
}

function whatIsUnclear(results: readonly ProbeResult[]): string[] {
  return results.flatMap(({ id, attempts }) =>
    attempts
      .filter(({ outcome }) => outcome === "unclear")
      .map(({ object, role, note }) => `${id}, ${object} as ${role}: ${note}`),
  );
}
