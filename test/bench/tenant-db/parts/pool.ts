import type { Options } from "../options.js";
import { Runner } from "../runner.js";
import type { Stage } from "../stage.js";

/** More callers than connections, each call holding one for a transaction. */
export interface PoolUse {
  readonly callers: number;
  readonly connections: number;
  readonly calls: number;
  readonly finished: number;
  readonly p50Ms: number;
  /** The longest that a caller waited for its answer, the wait for a connection included. */
  readonly maxMs: number;
  /** Why one didn't finish; the first. */
  readonly error?: string;
}

const CALLERS = 16;
const CONNECTIONS = 8;

/** Whether azora's callers all get their turn when there are twice as many as connections. */
export async function measurePool(stage: Stage, { requests }: Options): Promise<PoolUse> {
  const place = await stage.place("azora-new", { tenants: 100, withRevisions: true });
  const runner = await Runner.start({ contender: "azora-new", places: [{ ...place, poolSize: CONNECTIONS }] });
  const calls = Math.min(requests, 5_000);
  const request = { operation: "transaction", callers: CALLERS, place: 0, milliseconds: 600_000, countFailures: true } as const;
  await stage.checkpoint();
  try {
    const { failures, error, p50Ms, maxMs } = await runner.round({ ...request, calls });
    return {
      callers: CALLERS,
      connections: CONNECTIONS,
      calls,
      finished: calls - failures,
      p50Ms,
      maxMs,
      ...(error !== undefined && { error }),
    };
  } finally {
    await runner.stop();
  }
}
