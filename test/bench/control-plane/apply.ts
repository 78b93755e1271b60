import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Client } from "pg";
import { startServer } from "../../support/postgres-server.js";
import { urlOf } from "../../support/server-template.js";
import { DURABLE } from "../durable.js";
import { median } from "../statistics.js";
import { handWritten, TABLES } from "./hand-written.js";
import { type BenchInstallation, copyOf, makeInstallation } from "./installation.js";
import type { Line } from "./line.js";

/** tenant:apply as people run it, a process from start to end, beside the same rows inserted by hand. */
export async function measure(args: readonly string[]): Promise<readonly Line[]> {
  const { values } = parseArgs({
    args: [...args],
    options: { tenants: { type: "string", default: "10000" }, rounds: { type: "string", default: "3" } },
  });
  const [tenants, rounds] = [Number(values.tenants), Number(values.rounds)];
  const directory = mkdtempSync(join(tmpdir(), "azora-bench-"));
  const file = join(directory, "tenants.yaml");
  writeFileSync(file, manifest(tenants));
  const server = await startServer(DURABLE);
  try {
    const installation = await makeInstallation(server.url);
    const all: Round[] = [];
    // In turns, so that what else the machine does falls on both.
    for (let round = 0; round < rounds; round++) all.push(await measureRound(installation, { file, tenants }));
    return lines(all, tenants);
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Round {
  readonly byHand: number;
  readonly created: number;
  readonly unchanged: number;
}

interface Work {
  readonly file: string;
  readonly tenants: number;
}

async function measureRound(installation: BenchInstallation, { file, tenants }: Work): Promise<Round> {
  const [ours, theirs] = [await copyOf(installation), await copyOf(installation)];
  const byHand = await insertByHand(urlOf(installation.serverUrl, theirs.database), tenants);
  const created = await apply(file, ours.controlUrl, { created: tenants });
  const [mine, hands] = [await countRows(installation, ours.database), await countRows(installation, theirs.database)];
  if (mine !== hands) throw new Error(`Not the same rows: ${mine} by tenant:apply, ${hands} by hand.`);
  const before = await newestTransaction(installation, ours.database);
  const unchanged = await apply(file, ours.controlUrl, { created: 0 });
  const after = await newestTransaction(installation, ours.database);
  if (before !== after) throw new Error(`Applying unchanged tenants wrote: transaction ${after} after ${before}.`);
  return { byHand, created, unchanged };
}

function lines(rounds: readonly Round[], tenants: number): readonly Line[] {
  const of = (pick: (round: Round) => number) => median(rounds.map(pick));
  const many = tenants.toLocaleString("en-US");
  const [byHand, created, unchanged] = [of((r) => r.byHand), of((r) => r.created), of((r) => r.unchanged)];
  return [
    {
      text: `tenant:apply of ${many} new tenants / multi-row INSERTs of the same rows`,
      value: of((round) => round.created / round.byHand),
      goal: 3,
      unit: "times",
      detail: `${created.toFixed(2)} s / ${byHand.toFixed(2)} s`,
    },
    {
      text: `tenant:apply of ${many} unchanged tenants, no writes`,
      value: unchanged,
      goal: 5,
      unit: "s",
      detail: "the whole process",
    },
  ];
}

function manifest(tenants: number): string {
  const each = Array.from(
    { length: tenants },
    (_, at) =>
      `  - slug: tenant-${at}\n    name: Tenant number ${at}\n    ownerEmail: owner@tenant-${at}.test\n    plan: team\n    region: eu-central\n    metadata:\n      crm: A-${at}\n`,
  );
  return `tenants:\n${each.join("")}`;
}

/** @returns seconds */
async function apply(file: string, controlUrl: string, expected: { readonly created: number }): Promise<number> {
  const azora = fileURLToPath(new URL("../../../bin/run.js", import.meta.url));
  const start = performance.now();
  const { status, stdout, stderr } = await runProcess([azora, "tenant:apply", "-f", file, "--yes", "--json"], {
    ...process.env,
    AZORA_CONTROL_URL: controlUrl,
  });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`tenant:apply ended with ${status}: ${stdout}${stderr}`);
  const { result } = JSON.parse(stdout) as { result: { applied: { created: number } } };
  if (result.applied.created !== expected.created) throw new Error(`tenant:apply created ${result.applied.created} tenants.`);
  return seconds;
}

function runProcess(args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
    });
  }
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.once("error", reject).once("close", (status) => resolve({ status, ...said }));
  });
}

/** As psql sends a file of them: text, statement by statement, in one transaction. @returns seconds */
async function insertByHand(url: string, tenants: number): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>("SELECT id FROM control.plans WHERE code = 'team'");
    for (const table of TABLES) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    const statements = handWritten(tenants, rows[0]?.id ?? "");
    const start = performance.now();
    await client.query("BEGIN");
    for (const statement of statements) await client.query(statement);
    await client.query("COMMIT");
    return (performance.now() - start) / 1000;
  } finally {
    await client.end();
  }
}

async function look(installation: BenchInstallation, database: string, sql: string): Promise<string> {
  const client = new Client({ connectionString: urlOf(installation.serverUrl, database) });
  await client.connect();
  try {
    const { rows } = await client.query<{ answer: string }>(sql);
    return rows[0]?.answer ?? "";
  } finally {
    await client.end();
  }
}

function countRows(installation: BenchInstallation, database: string): Promise<string> {
  const counts = TABLES.map((table) => `(SELECT count(*) FROM ${table})`).join(", ");
  return look(installation, database, `SELECT concat_ws(' ', ${counts}) AS answer`);
}

/** What only a transaction that writes makes larger; nobody else writes on this server. */
function newestTransaction(installation: BenchInstallation, database: string): Promise<string> {
  return look(installation, database, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS answer");
}
