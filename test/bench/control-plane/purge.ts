import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Client, Pool } from "pg";
import { makePassword } from "../../../src/database/scram.js";
import { makeSigningKey, parseSigningKey } from "../../../src/signing.js";
import { startServer } from "../../support/postgres-server.js";
import { install, type Keys, OPERATORS } from "../../support/prepare.js";
import { administer, copyTemplate, dropDatabase, urlOf, urlsOf } from "../../support/server-template.js";
import { openControlPlane, openServer, purgeTenant } from "../dist.js";
import { median, quantile } from "../statistics.js";
import type { Line } from "./line.js";
import { fillTenants } from "./purge-data.js";
import { workBeside } from "./purge-load.js";

/** As a server is set up that keeps what it is given; the rest is PostgreSQL's own. */
const SETTINGS = {
  shared_buffers: "512MB",
  max_wal_size: "8GB",
  checkpoint_timeout: "30min",
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
} as const;

interface Ground {
  readonly serverUrl: string;
  readonly keys: Keys;
  readonly rounds: number;
}

/** A database that trials are copies of, and who is in it. */
interface Template {
  readonly name: string;
  readonly ids: readonly string[];
}

type Way = "cascade" | "purge";

function readOptions(args: readonly string[]): { readonly rounds: number; readonly rows: number; readonly others: number } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "3" },
      rows: { type: "string", default: "1000000" },
      others: { type: "string", default: "10" },
    },
  });
  return { rounds: Number(values.rounds), rows: Number(values.rows), others: Number(values.others) };
}

/** `--rounds N`: times each side is measured, in turn. `--rows N`: of the tenant that goes. `--others N`: tenants of that size that it stands among. */
export async function measure(args: readonly string[]): Promise<readonly Line[]> {
  const { rounds, rows, others } = readOptions(args);
  const server = await startServer(SETTINGS);
  const keys: Keys = {
    password: makePassword(),
    contextKey: { id: "bench", secret: randomBytes(32).toString("base64") },
    signingKey: { id: "bench", privateKey: makeSigningKey() },
  };
  const ground = { serverUrl: server.url, keys, rounds };
  try {
    const alone = await makeTemplate(ground, { tenants: 1, rows });
    const swept = await compare(ground, alone, "purge of 1 tenant / DELETE FROM control.accounts", 0.5);
    const lines = [swept];
    await administer(server.url, "REVOKE SET ON PARAMETER session_replication_role FROM azora_owner");
    lines.push(await compare(ground, alone, "the same where session_replication_role may not be set", 1.05));
    await administer(server.url, "GRANT SET ON PARAMETER session_replication_role TO azora_owner");
    await dropTemplate(ground, alone);
    const crowd = await makeTemplate(ground, { tenants: others + 1, rows });
    lines.push(await compare(ground, crowd, `purge beside ${others} times as much, interleaved / DELETE`, 0.7));
    lines.push(...(await lockImpact(ground, crowd)));
    return lines;
  } finally {
    await server.stop();
  }
}

async function makeTemplate({ serverUrl, keys }: Ground, size: { tenants: number; rows: number }): Promise<Template> {
  const name = `azora_bench_${randomBytes(4).toString("hex")}`;
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  const pool = new Pool({ connectionString: urlOf(serverUrl, name), max: 2 });
  await install(pool, keys);
  for (const login of ["azora_runtime", ...Object.values(OPERATORS)]) {
    await pool.query(`ALTER ROLE ${login} PASSWORD '${keys.password}'`);
  }
  await pool.end();
  const ids = await fillTenants(serverUrl, name, size);
  await administer(serverUrl, "CHECKPOINT");
  return { name, ids };
}

async function dropTemplate({ serverUrl }: Ground, { name }: Template): Promise<void> {
  await dropDatabase(serverUrl, name);
}

/** Both ways, in turn, each on a fresh copy of the same files, read once so that neither starts cold. */
async function compare(ground: Ground, template: Template, text: string, goal: number): Promise<Line> {
  const took: Record<Way, number[]> = { cascade: [], purge: [] };
  const wal: Record<Way, number[]> = { cascade: [], purge: [] };
  for (let round = 0; round < ground.rounds; round++) {
    const order: readonly Way[] = round % 2 === 0 ? ["cascade", "purge"] : ["purge", "cascade"];
    for (const way of order) {
      const trial = await onCopy(ground, template, (database) => time(ground, template, { way, database }));
      took[way].push(trial.seconds);
      wal[way].push(trial.walMb);
    }
  }
  const shown = (way: Way) => `${way} ${median(took[way]).toFixed(2)} s, ${median(wal[way]).toFixed(0)} MB of WAL`;
  return {
    text,
    value: median(took.purge) / median(took.cascade),
    goal,
    unit: "ratio",
    detail: `${shown("purge")}; ${shown("cascade")}`,
  };
}

async function onCopy<T>({ serverUrl }: Ground, { name }: Template, work: (database: string) => Promise<T>): Promise<T> {
  const copy = `${name}_${randomBytes(3).toString("hex")}`;
  await copyTemplate(serverUrl, `${name} STRATEGY file_copy`, copy);
  try {
    await warm(serverUrl, copy);
    return await work(copy);
  } finally {
    await dropDatabase(serverUrl, copy);
  }
}

async function warm(serverUrl: string, database: string): Promise<void> {
  const client = new Client({ connectionString: urlOf(serverUrl, database) });
  await client.connect();
  for (const { name } of (await client.query<{ name: string }>("SELECT table_id::text AS name FROM guard.protected_tables"))
    .rows) {
    await client.query(`SELECT count(*) FROM ${name} t WHERE t IS NOT NULL`);
  }
  await client.query("CHECKPOINT");
  await client.end();
}

interface Trial {
  readonly seconds: number;
  readonly walMb: number;
}

async function time(
  { serverUrl, keys }: Ground,
  { ids }: Template,
  { way, database }: { readonly way: Way; readonly database: string },
): Promise<Trial> {
  const victim = ids[Math.floor(ids.length / 2)] as string;
  const client = new Client({ connectionString: urlOf(serverUrl, database) });
  await client.connect();
  const wal = async () => Number((await client.query("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS at")).rows[0].at);
  const engine = openServer(urlsOf(serverUrl, database, keys.password));
  const control = await openControlPlane(engine, parseSigningKey(keys.signingKey.id, keys.signingKey.privateKey));
  // Connected and looked at once: what is timed is the deleting.
  await control.client.account.findUnique({ where: { id: victim }, select: { id: true } });
  const walBefore = await wal();
  const startedAt = performance.now();
  if (way === "cascade") await client.query("DELETE FROM control.accounts WHERE id = $1", [victim]);
  else await purgeTenant(control, { tenant: victim, reason: "bench", now: true });
  const seconds = (performance.now() - startedAt) / 1000;
  const walMb = ((await wal()) - walBefore) / 1e6;
  const { rows: left } = await client.query("SELECT FROM control.accounts WHERE id = $1", [victim]);
  const { rows: receipts } = await client.query("SELECT total FROM control.purge_receipts WHERE account_id = $1", [victim]);
  if (left.length > 0 || receipts.length !== 1) throw new Error(`The ${way} did not delete the tenant.`);
  await control.client.$disconnect();
  await engine.close();
  await client.end();
  return { seconds, walMb };
}

const ALONE_MS = 15_000;

/**
 * How much longer the slowest hundredth of another tenant's queries takes while a purge runs; and against the time
 * in which a session beside it only computes, without a table: what is left of it is not the want of a processor.
 */
async function lockImpact(ground: Ground, template: Template): Promise<readonly Line[]> {
  const toAlone: number[] = [];
  const toBusy: number[] = [];
  let detail = "";
  for (let round = 0; round < ground.rounds; round++) {
    await onCopy(ground, template, async (database) => {
      const phases = [
        () => pause(ALONE_MS),
        () => compute(ground, database),
        () => time(ground, template, { way: "purge", database }),
      ];
      const latencies = await workBeside(ground, { database, tenant: template.ids[0] as string }, phases);
      const [alone, busy, purging] = latencies.map((each) => quantile(each, 0.99)) as [number, number, number];
      toAlone.push(purging / alone);
      toBusy.push(purging / busy);
      const [, , during] = latencies as [unknown, unknown, readonly number[]];
      detail = `last round: before ${alone.toFixed(1)} ms, beside computing ${busy.toFixed(1)} ms, during ${purging.toFixed(1)} ms of ${during.length} queries, slowest ${Math.max(...during).toFixed(0)} ms`;
    });
  }
  const line = { goal: 1.5, unit: "ratio" };
  return [
    { ...line, text: "p99 of another tenant's queries during a purge / before", value: median(toAlone), detail },
    {
      ...line,
      text: "the same / beside a session that only computes",
      value: median(toBusy),
      detail: `by round ${toBusy.map((each) => each.toFixed(2)).join(", ")}`,
    },
  ];
}

/** Keeps one processor busy for as long, without a row or a lock. */
async function compute({ serverUrl }: Ground, database: string): Promise<void> {
  const client = new Client({ connectionString: urlOf(serverUrl, database) });
  await client.connect();
  for (const end = performance.now() + ALONE_MS; performance.now() < end; ) {
    await client.query("SELECT sum(sqrt(n)) FROM generate_series(1, 1000000) n");
  }
  await client.end();
}
