import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { contextSigner } from "../../../src/tenant-plane/context.js";
import { sealLog } from "../dist.js";
import { median } from "../statistics.js";
import { type Ground, openGround } from "./ground.js";
import type { Line } from "./line.js";

const WRITERS = 4;
const EVERY_MS = 1000;

/** `--seconds N` of writing a measurement, `--rounds N` of each side, in turn. */
export async function measure(args: readonly string[]): Promise<readonly Line[]> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: "string", default: "5" }, rounds: { type: "string", default: "5" } },
  });
  const seconds = Number(values.seconds);
  const ground = await openGround();
  try {
    const account = await ground.newTenant("bench");
    await writeFor(ground, account, 2);
    const alone: number[] = [];
    const beside: number[] = [];
    let sealed = 0;
    for (let round = 0; round < Number(values.rounds); round++) {
      alone.push(await writeFor(ground, account, seconds));
      // What was written without sealing is sealed before the clock runs.
      await sealLog(ground.control, { accountId: account, slug: null, dryRun: false });
      const stop = new AbortController();
      const sealing = sealUntil(ground, account, stop.signal);
      beside.push(await writeFor(ground, account, seconds));
      stop.abort();
      sealed += await sealing;
    }
    return [
      {
        text: `audited writes while sealing every ${EVERY_MS / 1000} s / without`,
        ...{ value: median(beside) / median(alone), goal: 0.95, bound: "at least", unit: "times" },
        detail: `${Math.round(median(beside))}/s / ${Math.round(median(alone))}/s, ${WRITERS} writers, ${sealed.toLocaleString("en-US")} rows sealed meanwhile`,
      },
    ];
  } finally {
    await ground.close();
  }
}

/** @returns rows a second */
async function writeFor({ engine, contextKey }: Ground, accountId: string, seconds: number): Promise<number> {
  const token = contextSigner(contextKey, { accountId, actor: "writer" });
  const pool = await engine.pool("tenant");
  const started = performance.now();
  const end = started + seconds * 1000;
  let written = 0;
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      const client = await pool.connect();
      while (performance.now() < end) {
        await client.query("BEGIN");
        await client.query(engine.setContext, [token()]);
        await client.query(
          "INSERT INTO tenant.documents (number, title) VALUES (gen_random_uuid()::text, 'a title of some length')",
        );
        await client.query("COMMIT");
        written++;
      }
      client.release();
    }),
  );
  return written / ((performance.now() - started) / 1000);
}

/** @returns how many rows were sealed */
async function sealUntil({ control }: Ground, accountId: string, signal: AbortSignal): Promise<number> {
  let rows = 0;
  while (!signal.aborted) {
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
    const made = await sealLog(control, { accountId, slug: null, dryRun: false });
    rows += made.reduce((sum, each) => sum + each.rows, 0);
  }
  return rows;
}
