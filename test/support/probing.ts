import type { PoolClient } from "pg";
import { readCatalog } from "../../src/isolation/catalog/read-catalog.js";
import type { Attempt, ProbeResult } from "../../src/isolation/probe.js";
import { type ProbeAnswer, type ProbeInput, runProbes } from "../../src/isolation/probes/run-probes.js";
import type { Target } from "../../src/isolation/target.js";
import type { World } from "./world.js";

/** Lends the owner's connection. */
export async function asOwner<T>(world: World, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await world.owner.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}

/** Probes a world against a target, its catalog read just before. */
export function probe(world: World, target: Target, more: Partial<ProbeInput> = {}): Promise<ProbeAnswer> {
  return asOwner(world, async (client) => runProbes({ client, catalog: await readCatalog(client), target, ...more }));
}

/** What didn't hold, one line an attempt: probe, who, what, outcome, why. */
export function faults(probes: readonly ProbeResult[]): string[] {
  return probes.flatMap(({ id, attempts }) =>
    attempts
      .filter(({ outcome }: Attempt) => outcome !== "held")
      .map(({ role, object, outcome, note, answer }) => `${id}, ${role}, ${object}: ${outcome}, ${note} (${answer})`),
  );
}

/** The probes with an attempt that broke through. */
export function red(probes: readonly ProbeResult[]): string[] {
  return probes.filter(({ attempts }) => attempts.some(({ outcome }) => outcome === "broken")).map(({ id }) => id);
}
