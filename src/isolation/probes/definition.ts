import type { Severity } from "../finding.js";
import type { Attempt } from "../probe.js";
import type { Scene } from "./scene.js";
import type { Identity } from "./stage/identity.js";
import type { TenantTable } from "./stage/tables.js";

/** A way to another tenant's rows, tried. */
export interface Probe {
  /** Stable and documented. */
  readonly id: string;
  /** The sentence that holds when every attempt did. */
  readonly title: string;
  readonly severity: Severity;
  /** Nothing where the target has no such door. */
  run(scene: Scene): Promise<readonly Attempt[]>;
}

/** Tries on every tenant table, as every login of the application. */
export async function onEachTable(
  scene: Scene,
  run: (identity: Identity, table: TenantTable) => Promise<readonly Attempt[]>,
): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  for (const identity of scene.runtime) {
    for (const table of scene.tables) attempts.push(...(await run(identity, table)));
  }
  return attempts;
}
