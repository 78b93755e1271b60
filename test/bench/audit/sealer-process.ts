import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { openControlPlane, openServer, parseSigningKey, sealLog } from "../dist.js";

/** Seals one log again and again until its input ends, in a process of its own as cron would; prints how many rows it sealed. */
const { controlUrl, account, privateKey, everyMs } = JSON.parse(process.env.AZORA_BENCH_SEALER ?? "{}") as {
  readonly controlUrl: string;
  readonly account: string;
  readonly privateKey: string;
  readonly everyMs: number;
};

const stop = new AbortController();
process.stdin.resume();
void once(process.stdin, "end").then(() => stop.abort());

const engine = openServer({ control: controlUrl });
const control = await openControlPlane(engine, parseSigningKey("bench", privateKey));
let rows = 0;
while (!stop.signal.aborted) {
  const made = await sealLog(control, { accountId: account, slug: null, dryRun: false });
  rows += made.reduce((sum, each) => sum + each.rows, 0);
  if (rows > 0) process.stderr.write(".");
  await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
}
process.stdout.write(String(rows));
await control.client.$disconnect();
await engine.close();
