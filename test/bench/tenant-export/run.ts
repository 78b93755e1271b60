import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Client, Pool } from "pg";
import { setPassword } from "../../../src/database/logins.js";
import { makePassword } from "../../../src/database/scram.js";
import { makeSigningKey } from "../../../src/signing.js";
import { startServer } from "../../support/postgres-server.js";
import { install } from "../../support/prepare.js";
import { administer, urlOf, urlsOf } from "../../support/server-template.js";
import { fillTenants } from "../control-plane/purge-data.js";
import { DURABLE } from "../durable.js";
import { markdownTable } from "../markdown-table.js";
import { median } from "../statistics.js";
import { azora, type Measured, measureProcess } from "./process.js";

const GOAL = 2;

interface Round {
  readonly export: Measured;
  readonly import: Measured;
  readonly dump: Measured;
  readonly restore: Measured;
  readonly archiveBytes: number;
  readonly dumpBytes: number;
}

/** Taking a tenant home and bringing it in, each a process from start to end, beside PostgreSQL's own of the same rows. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: "string", default: "1000000" },
      rounds: { type: "string", default: "3" },
      // pg_dump has to be as new as the server.
      bin: { type: "string", default: "/usr/lib/postgresql/15/bin" },
      json: { type: "boolean", default: false },
    },
  });
  const [rows, rounds] = [Number(values.rows), Number(values.rounds)];
  const directory = mkdtempSync(join(tmpdir(), "azora-bench-"));
  const server = await startServer(DURABLE, values.bin);
  try {
    const place = await prepare(server.url, { rows, directory, bin: values.bin });
    const all: Round[] = [];
    // In turns, so that what else the machine does falls on both.
    for (let round = 0; round < rounds; round++) all.push(await measureRound(place, round));
    process.stdout.write(values.json ? `${JSON.stringify(all)}\n` : `${report(all, rows)}\n`);
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Place {
  readonly serverUrl: string;
  readonly directory: string;
  readonly bin: string;
  readonly accountId: string;
  readonly env: Readonly<Record<string, string>>;
  readonly empty: string;
}

/** One installation with the tenant in it, and an empty one to copy. */
async function prepare(
  serverUrl: string,
  { rows, directory, bin }: { readonly rows: number; readonly directory: string; readonly bin: string },
): Promise<Place> {
  const [full, empty, password] = ["azora_bench_full", "azora_bench_empty", makePassword()];
  const contextKey = { id: "bench", secret: randomBytes(32).toString("base64") };
  const signingKey = { id: "bench", privateKey: makeSigningKey() };
  await administer(serverUrl, `CREATE DATABASE ${empty} TEMPLATE template0`);
  const owner = new Pool({ connectionString: urlOf(serverUrl, empty), max: 2 });
  await install(owner, { password, contextKey, signingKey });
  await setPassword(owner, "azora_runtime", password);
  await owner.end();
  await administer(serverUrl, `CREATE DATABASE ${full} TEMPLATE ${empty}`, `GRANT CONNECT ON DATABASE ${full} TO azora_runtime`);
  const [accountId = ""] = await fillTenants(serverUrl, full, { tenants: 1, rows });
  const env = {
    AZORA_TENANT_URL: urlsOf(serverUrl, full, password).tenant,
    AZORA_CONTEXT_KEY: `${contextKey.id}:${contextKey.secret}`,
    AZORA_SIGNING_KEY: `${signingKey.id}:${signingKey.privateKey}`,
    AZORA_DATA_DIR: directory,
  };
  return { serverUrl, directory, bin, accountId, env, empty };
}

async function measureRound({ serverUrl, directory, bin, accountId, env, empty }: Place, round: number): Promise<Round> {
  const [archive, dump] = [join(directory, `${round}.tar`), join(directory, `${round}.dump`)];
  const [ours, theirs] = [`azora_bench_ours_${round}`, `azora_bench_theirs_${round}`];
  await administer(
    serverUrl,
    `CREATE DATABASE ${ours} TEMPLATE ${empty}`,
    `CREATE DATABASE ${theirs} TEMPLATE template0`,
    "CHECKPOINT",
  );
  const exported = await azora(["tenant:export", accountId, "--out", archive], env);
  const dumped = await measureProcess(join(bin, "pg_dump"), ["-Fc", "-f", dump, urlOf(serverUrl, "azora_bench_full")]);
  await administer(serverUrl, "CHECKPOINT");
  const imported = await azora(["tenant:import", archive], { ...env, AZORA_OWNER_URL: urlOf(serverUrl, ours) });
  await administer(serverUrl, "CHECKPOINT");
  const restored = await measureProcess(join(bin, "pg_restore"), ["--exit-on-error", "-d", urlOf(serverUrl, theirs), dump]);
  const counts = [await countRows(serverUrl, ours), await countRows(serverUrl, theirs)];
  // One line more: that it was brought in; and what the export read is in the archive, not in the dump of another time.
  if (Math.abs((counts[0] ?? 0) - (counts[1] ?? 0)) > 50) throw new Error(`Not the same rows: ${counts.join(" and ")}.`);
  const sizes = { archiveBytes: statSync(archive).size, dumpBytes: statSync(dump).size };
  for (const file of [archive, dump]) rmSync(file);
  await administer(serverUrl, `DROP DATABASE ${ours}`, `DROP DATABASE ${theirs}`);
  return { export: exported, import: imported, dump: dumped, restore: restored, ...sizes };
}

async function countRows(serverUrl: string, database: string): Promise<number> {
  const client = new Client({ connectionString: urlOf(serverUrl, database) });
  await client.connect();
  const tables = [
    "audit_log",
    "batches",
    "documents",
    "document_revisions",
    "test_results",
    "nonconformances",
    "corrective_actions",
  ];
  const { rows } = await client.query(
    `SELECT ${tables.map((table) => `(SELECT count(*) FROM tenant.${table})`).join(" + ")} AS rows`,
  );
  await client.end();
  return Number(rows[0].rows);
}

function report(all: readonly Round[], rows: number): string {
  const of = (pick: (round: Round) => number) => median(all.map(pick));
  const seconds = (pick: (round: Round) => Measured) => of((round) => pick(round).seconds);
  const mega = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
  const ratio = of((round) => (round.export.seconds + round.import.seconds) / (round.dump.seconds + round.restore.seconds));
  const line = (name: string, pick: (round: Round) => Measured, size: string) => [
    name,
    `${seconds(pick).toFixed(1)} s`,
    `${Math.round(rows / seconds(pick)).toLocaleString("en-US")}`,
    mega(of((round) => pick(round).peakBytes)),
    size,
  ];
  const table = markdownTable(
    ["", "time", "rows/s", "peak memory of the client", "size"],
    [
      line("tenant:export", (round) => round.export, mega(of((round) => round.archiveBytes))),
      line("tenant:import", (round) => round.import, ""),
      line("pg_dump -Fc", (round) => round.dump, mega(of((round) => round.dumpBytes))),
      line("pg_restore", (round) => round.restore, ""),
    ],
  );
  const verdict = `${ratio.toFixed(2)} × pg_dump + pg_restore; goal <= ${GOAL}: ${ratio <= GOAL ? "reached" : "NOT REACHED"}`;
  return `${rows.toLocaleString("en-US")} rows of one tenant, medians of ${all.length} rounds.\n\n${table}\n\n${verdict}`;
}
