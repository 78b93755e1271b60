import { spawn } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { contextSigner } from "../../../src/tenant-plane/context.js";
import { median } from "../statistics.js";
import { type Ground, openGround } from "./ground.js";
import type { Line } from "./line.js";

const WRITERS = 4;
/** Cron knows nothing shorter than a minute. */
const EVERY_MS = 5000;

/** `--seconds N` of writing a measurement, `--rounds N` of each side, in turn. */
export async function measure(args: readonly string[]): Promise<readonly Line[]> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: "string", default: "12" }, rounds: { type: "string", default: "5" } },
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
      const sealer = await startSealer(ground, account);
      beside.push(await writeFor(ground, account, seconds));
      sealed += await sealer.stop();
    }
    return [
      {
        text: `audited writes while sealing every ${EVERY_MS / 1000} s / without`,
        ...{ value: median(beside) / median(alone), goal: { atLeast: 0.95 }, unit: "times" },
        detail: `${Math.round(median(beside))}/s / ${Math.round(median(alone))}/s, ${WRITERS} writers, ${sealed.toLocaleString("en-US")} rows sealed by another process`,
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

/** In a process of its own; it has sealed what was there when this returns. */
async function startSealer({ controlUrl, privateKey }: Ground, account: string): Promise<{ stop(): Promise<number> }> {
  const script = fileURLToPath(new URL("sealer-process.ts", import.meta.url));
  const order = JSON.stringify({ controlUrl, account, privateKey, everyMs: EVERY_MS });
  const child = spawn(process.execPath, ["--import", "tsx", script], { env: { ...process.env, AZORA_BENCH_SEALER: order } });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
  });
  await once(child.stderr, "data");
  return {
    async stop() {
      child.stdin.end();
      const [code] = (await once(child, "close")) as [number];
      if (code !== 0) throw new Error(`The sealer ended with ${code}.`);
      return Number(printed);
    },
  };
}
