import { spawn, spawnSync } from "node:child_process";
import { createReadStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Client } from "pg";
import { linesSql } from "../../../src/database/logs/reading.js";
import { openServer } from "../../../src/database/server.js";
import { tenantAuditLog } from "../../../src/tenant-plane/audit-log.js";
import { signContext } from "../../../src/tenant-plane/context.js";
import { startServer } from "../../support/postgres-server.js";
import { urlOf, urlsOf } from "../../support/server-template.js";
import { type BenchInstallation, copyOf, makeInstallation } from "../control-plane/installation.js";
import { DURABLE } from "../durable.js";
import { median } from "../statistics.js";
import type { Line } from "./line.js";

const MB = 1024 * 1024;

/** audit:export as people run it, a process from start to end, beside psql's \copy by the same login of the same query. */
export async function measure(args: readonly string[]): Promise<readonly Line[]> {
  const { values } = parseArgs({
    args: [...args],
    options: { rows: { type: "string", default: "1000000" }, rounds: { type: "string", default: "5" } },
  });
  const [rows, rounds] = [Number(values.rows), Number(values.rounds)];
  const directory = mkdtempSync(join(tmpdir(), "azora-bench-"));
  const server = await startServer(DURABLE);
  try {
    const installation = await makeInstallation(server.url);
    const { database } = await copyOf(installation);
    const [large, small] = await fill(installation, database, [rows, Math.ceil(rows / 10)]);
    const bench: Bench = { installation, database, file: join(directory, "log.jsonl") };
    const all: Round[] = [];
    // In turns, so that what else the machine does falls on both.
    for (let round = 0; round < rounds; round++) {
      all.push({
        psql: copyByPsql(bench, large),
        azora: await exportByAzora(bench, large),
        small: await exportByAzora(bench, small),
      });
    }
    await exportByAzora(bench, large);
    await checkLines(bench.file, rows);
    return lines(all, rows);
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Bench {
  readonly installation: BenchInstallation;
  readonly database: string;
  readonly file: string;
}

interface Run {
  readonly seconds: number;
  /** Bytes that were resident at the most. */
  readonly peak: number;
}

interface Round {
  readonly psql: number;
  readonly azora: Run;
  readonly small: Run;
}

function lines(rounds: readonly Round[], rows: number): readonly Line[] {
  const of = (pick: (round: Round) => number) => median(rounds.map(pick));
  const [psql, azora] = [of((round) => round.psql), of((round) => round.azora.seconds)];
  const [large, small] = [of((round) => round.azora.peak) / MB, of((round) => round.small.peak) / MB];
  const many = rows.toLocaleString("en-US");
  const rate = (seconds: number) => `${Math.round(rows / seconds).toLocaleString("en-US")}/s`;
  return [
    {
      text: `audit:export of ${many} entries as JSON lines / psql \\copy of the same query, by rate`,
      value: of((round) => round.psql / round.azora.seconds),
      goal: { atLeast: 0.9 },
      unit: "times",
      detail: `${rate(azora)} / ${rate(psql)}, whole processes`,
    },
    { text: `its memory, at the most`, value: large, goal: { atMost: 120 }, unit: "MB", detail: `${many} entries` },
    {
      text: `the same for a tenth of them`,
      value: large / small,
      goal: { atMost: 1.1 },
      unit: "times",
      detail: `${large.toFixed(0)} MB / ${small.toFixed(0)} MB`,
    },
  ];
}

/** Two tenants with logs of so many entries, written as an application writes them: one row, one change. @returns their ids */
async function fill(
  installation: BenchInstallation,
  database: string,
  sizes: readonly [number, number],
): Promise<[string, string]> {
  const client = new Client({ connectionString: urlOf(installation.serverUrl, database) });
  await client.connect();
  try {
    const ids: string[] = [];
    for (const [at, size] of sizes.entries()) {
      const id = `00000000-0000-4000-8000-00000000000${at + 1}`;
      await client.query("INSERT INTO control.accounts (id, slug, name, contact_email) VALUES ($1, $2, $2, 'o@bench.test')", [
        id,
        `bench-${at}`,
      ]);
      await client.query("UPDATE control.accounts SET status = 'active' WHERE id = $1 AND status <> 'active'", [id]);
      await client.query(
        `INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, old_values, new_values)
         SELECT $1, 'user-' || g % 50, 'update', 'documents', gen_random_uuid()::text,
           jsonb_build_object('title', 'Aseptic "filling" ' || g, 'status', 'draft'),
           jsonb_build_object('title', E'Aseptic \\\\ filling\\n' || g, 'status', 'effective')
         FROM generate_series(1, $2::int) g`,
        [id, size],
      );
      ids.push(id);
    }
    await client.query("VACUUM ANALYZE tenant.audit_log");
    await client.query("CHECKPOINT");
    return ids as [string, string];
  } finally {
    await client.end();
  }
}

/** @returns seconds of the whole process */
function copyByPsql({ installation, database, file }: Bench, accountId: string): number {
  const { contextKey, password, serverUrl } = installation;
  const key = { id: contextKey.id, secret: Buffer.from(contextKey.secret, "base64") };
  const engine = openServer({});
  const query = linesSql(tenantAuditLog({ engine, contextKey: key }, { accountId, actor: "psql" }), {});
  const copy = `\\copy (${query.replace(/\s+/g, " ")}) TO '${file}' (FORMAT csv, QUOTE e'\\x01', DELIMITER e'\\x02')`;
  const token = signContext(key, { accountId, actor: "psql" }, Date.now() / 1000 + 60);
  const start = performance.now();
  const { status, stderr } = spawnSync("psql", [urlsOf(serverUrl, database, password).tenant, "--no-psqlrc", "--command", copy], {
    encoding: "utf8",
    env: { ...process.env, PGOPTIONS: `-c azora.context=${token}`, PGCLIENTENCODING: "UTF8" },
  });
  if (status !== 0) throw new Error(`psql ended with ${status}: ${stderr}`);
  return (performance.now() - start) / 1000;
}

async function exportByAzora({ installation, database, file }: Bench, accountId: string): Promise<Run> {
  const { contextKey, password, serverUrl } = installation;
  const azora = fileURLToPath(new URL("../../../bin/run.js", import.meta.url));
  const start = performance.now();
  const child = spawn(process.execPath, [azora, "audit:export", "--tenant", accountId, "--output", file, "--force"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...process.env,
      AZORA_TENANT_URL: urlsOf(serverUrl, database, password).tenant,
      AZORA_CONTEXT_KEY: `${contextKey.id}:${contextKey.secret}`,
      AZORA_DATA_DIR: join(file, "..", "none"),
    },
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  let peak = 0;
  const watching = setInterval(() => {
    peak = Math.max(peak, residentPeak(child.pid));
  }, 20);
  const status = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  clearInterval(watching);
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`audit:export ended with ${status}: ${stderr}`);
  return { seconds, peak };
}

/** The kernel's own high-water mark, so that looking now and then is enough. @returns bytes; 0 when it has ended */
function residentPeak(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Each line is one JSON object, and there are as many as entries and the one about an earlier reading or more. */
async function checkLines(file: string, rows: number): Promise<void> {
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (typeof (JSON.parse(line) as { id: unknown }).id !== "string") throw new Error(`No entry: ${line}`);
    count += 1;
  }
  if (count < rows) throw new Error(`${count} lines of ${rows} entries.`);
}
