import { tryControlPlane } from "./chapters/control-plane.js";
import { measureFigures } from "./chapters/figures.js";
import { tryForgedContext } from "./chapters/forged-context.js";
import { exportLogs } from "./chapters/logs.js";
import { tryOtherTenant } from "./chapters/other-tenant.js";
import { purge } from "./chapters/purge.js";
import { setUp } from "./chapters/set-up.js";
import { suspendAndResume } from "./chapters/suspension.js";
import { createTenants } from "./chapters/tenants.js";
import { work } from "./chapters/work.js";
import type { QuickstartEvent } from "./events.js";
import type { QuickstartResult } from "./result.js";
import { makeWorkspace } from "./workspace.js";

export interface QuickstartOptions {
  /** A directory, new or empty, in which the installation and the exports stay. */
  readonly keep?: string;
}

/**
 * Plays a platform's whole life on the embedded engine: set-up, three tenants, work,
 * attempts across the wall, suspension, purge, logs. Whatever it shows, it has tried.
 * @param report is told everything as it happens
 * @throws AzoraError VIOLATIONS when anything came out otherwise than azora promises
 */
export async function runQuickstart(
  { keep }: QuickstartOptions,
  report: (event: QuickstartEvent) => void,
): Promise<QuickstartResult> {
  const started = Date.now();
  const workspace = makeWorkspace(keep);
  const { directory, temporary } = workspace;
  try {
    report({ kind: "workspace", directory, temporary });
    const { installation, stage, version } = await setUp(directory, report);
    try {
      const { cast, tenants } = await createTenants(stage);
      await work(stage, cast);
      await tryOtherTenant(stage, cast);
      await tryForgedContext(stage, cast);
      const controlPlane = await tryControlPlane(stage);
      await suspendAndResume(stage, cast);
      const proof = await purge(stage, cast);
      const logs = await exportLogs(stage, cast, directory);
      const figures = await measureFigures(stage, proof);
      return {
        engine: { kind: installation.engine.kind, version },
        seconds: Math.round((Date.now() - started) / 100) / 10,
        kept: temporary ? null : directory,
        tenants,
        attempts: stage.attempts,
        controlPlane,
        purge: proof,
        logs,
        figures,
      };
    } finally {
      await installation.close();
    }
  } finally {
    workspace.leave();
  }
}
