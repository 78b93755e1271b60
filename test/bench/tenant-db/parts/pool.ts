import type { Options } from "../options.js";
import { Runner } from "../runner.js";
import type { Stage } from "../stage.js";

/** More callers than connections, each call holding one for a transaction. */
export interface PoolUse {
  readonly callers: number;
  readonly connections: number;
  readonly calls: number;
  readonly finished: number;
  readonly failed: number;
  readonly p50Ms: number;
  /** The longest that a caller waited for its answer, the wait for a connection included. */
  readonly maxMs: number;
}

const CALLERS = 16;
const CONNECTIONS = 8;

/** Whether azora's callers all get their turn when there are twice as many as connections. */
export async function measurePool(stage: Stage, { requests }: Options): Promise<PoolUse> {
  const place = await stage.place("azora-new", { tenants: 100, withRevisions: true });
  const runner = await Runner.start({ contender: "azora-new", places: [{ ...place, poolSize: CONNECTIONS }] });
  const calls = Math.min(requests, 5_000);
  try {
    const result = await runner.round({ operation: "transaction", callers: CALLERS, place: 0, milliseconds: 600_000, calls });
    const failed = result.error === undefined ? 0 : 1;
    return {
      callers: CALLERS,
      connections: CONNECTIONS,
      calls,
      finished: result.calls - failed,
      failed,
      p50Ms: result.p50Ms,
      maxMs: result.maxMs,
    };
  } finally {
    await runner.stop();
  }
}
