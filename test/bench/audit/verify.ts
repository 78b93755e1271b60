import { createHash } from "node:crypto";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import type { PoolClient } from "pg";
import { writeRows } from "../../support/forger.js";
import { openAuditLog, sealLog, TENANT_LINE, verifyLog } from "../dist.js";
import { median } from "../statistics.js";
import { type Ground, openGround } from "./ground.js";
import type { Line } from "./line.js";

/** `--rows N` of the log, `--rounds N` of each side, in turn. */
export async function measure(args: readonly string[]): Promise<readonly Line[]> {
  const { values } = parseArgs({
    args: [...args],
    options: { rows: { type: "string", default: "1000000" }, rounds: { type: "string", default: "3" } },
  });
  const [rows, rounds] = [Number(values.rows), Number(values.rounds)];
  const ground = await openGround();
  try {
    const account = await ground.newTenant("bench");
    const client = await ground.owner.connect();
    await writeRows(client, account, { from: new Date("2016-01-01"), rows });
    await client.query("VACUUM ANALYZE tenant.audit_log");
    const sealing = await timed(() => sealLog(ground.control, { accountId: account, slug: null, dryRun: false }));
    const plain: number[] = [];
    const verifying: number[] = [];
    for (let round = 0; round < rounds; round++) {
      plain.push((await timed(() => hashOnce(client, account))).seconds);
      verifying.push((await timed(() => verifyAll(ground, account, rows))).seconds);
    }
    client.release();
    const [verified, hashed] = [median(verifying), median(plain)];
    return [
      {
        text: `audit:verify of ${rows.toLocaleString("en-US")} rows / COPY of the same lines into one SHA-256`,
        ...{ value: verified / hashed, goal: { atMost: 1.5 }, unit: "times" },
        detail: `${verified.toFixed(2)} s / ${hashed.toFixed(2)} s; sealed in ${sealing.seconds.toFixed(2)} s, ${sealing.result.length} checkpoints; peak memory of both ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
      },
    ];
  } finally {
    await ground.close();
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly seconds: number; readonly result: T }> {
  const started = performance.now();
  const result = await work();
  return { seconds: (performance.now() - started) / 1000, result };
}

async function verifyAll({ engine, contextKey, publicKey }: Ground, accountId: string, rows: number): Promise<void> {
  const log = await openAuditLog({ engine, contextKey }, { accountId, actor: "bench" });
  try {
    const verdict = await verifyLog(log, { keys: [publicKey], kept: [] });
    if (verdict.problems.length > 0 || verdict.sealed < rows) throw new Error(`Not verified: ${JSON.stringify(verdict)}`);
  } finally {
    await log.close();
  }
}

/** The same lines by COPY, past the driver's rows, into one hash: what there is to do at the least. */
async function hashOnce(client: PoolClient, account: string): Promise<string> {
  const hash = createHash("sha256");
  await new Promise<void>((resolve, reject) => {
    client.query({
      submit(connection: { query(text: string): void }) {
        connection.query(
          `COPY (SELECT ${TENANT_LINE} FROM tenant.audit_log l WHERE l.account_id = '${account}' ORDER BY l.id) TO STDOUT (FORMAT csv, QUOTE e'\\x01', DELIMITER e'\\x02')`,
        );
      },
      handleCopyData: ({ chunk }: { readonly chunk: Buffer }) => void hash.update(chunk),
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => resolve(),
      handleError: reject,
    } as never);
  });
  return hash.digest("hex");
}
