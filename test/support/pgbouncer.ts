import { type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { freePort, UNPRIVILEGED } from "./postgres-server.js";

/** A PgBouncer program on this machine. */
export interface BouncerProgram {
  readonly path: string;
  /** As it calls itself: `1.18.0`. */
  readonly version: string;
  /** From 1.21 on it follows named prepared statements from one server connection to the next. */
  readonly tracksStatements: boolean;
}

export interface Bouncer {
  /** The same database by way of the bouncer. */
  through(url: string, named?: "pgbouncer=true"): string;
  stop(): Promise<void>;
}

/** Finds the program that AZORA_TEST_PGBOUNCER names, or the one that is installed. */
export function findBouncer(): BouncerProgram | undefined {
  for (const path of [process.env.AZORA_TEST_PGBOUNCER, "pgbouncer", "/usr/sbin/pgbouncer"]) {
    const version = path && /PgBouncer (\d+\.(\d+)[\w.]*)/.exec(String(spawnSync(path, ["--version"]).stdout));
    if (version) return { path, version: version[1] as string, tracksStatements: Number(version[2]) >= 21 };
  }
  return undefined;
}

export interface BouncerOptions {
  readonly program: BouncerProgram;
  /** The server behind it. */
  readonly serverUrl: string;
  /** Passwords by login. */
  readonly logins: Readonly<Record<string, string>>;
  /** Server connections for each pair of login and database. */
  readonly poolSize: number;
}

/** Starts a PgBouncer on loopback in transaction mode, as an ordinary user even when root runs the tests. */
export async function startBouncer(options: BouncerOptions): Promise<Bouncer> {
  const directory = mkdtempSync(join(tmpdir(), "azora-pgbouncer-"));
  const port = await freePort();
  const log = join(directory, "log");
  const logTo = openSync(log, "a");
  const asUser: SpawnOptions = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
  writeFileSync(join(directory, "users"), users(options.logins), { mode: 0o600 });
  writeFileSync(join(directory, "ini"), settings(options, directory, port), { mode: 0o600 });
  if (asUser.uid !== undefined)
    for (const name of ["", "users", "ini"]) chownSync(join(directory, name), asUser.uid, UNPRIVILEGED);
  chmodSync(directory, 0o700);
  const bouncer = spawn(options.program.path, [join(directory, "ini")], { ...asUser, stdio: ["ignore", logTo, logTo] });
  closeSync(logTo);
  const ended = new Promise((resolve) => bouncer.once("error", resolve).once("exit", resolve));
  const stop = async () => {
    // At once, whoever is connected: it keeps nothing that could be lost.
    bouncer.kill("SIGQUIT");
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await answering(port, options.logins, () => bouncer.exitCode === null);
  } catch (error) {
    const complaint = readFileSync(log, "utf8");
    await stop();
    throw new Error(`PgBouncer did not start:\n${complaint}`, { cause: error });
  }
  return { stop, through: (url, named) => through(url, port, named) };
}

function through(given: string, port: number, named?: "pgbouncer=true"): string {
  const url = new URL(given);
  url.host = `127.0.0.1:${port}`;
  if (named) url.search = named;
  return url.toString();
}

function users(logins: Readonly<Record<string, string>>): string {
  return Object.entries(logins)
    .map(([login, password]) => `"${login}" "${password}"\n`)
    .join("");
}

function settings({ program, serverUrl, poolSize }: BouncerOptions, directory: string, port: number): string {
  const { hostname, port: serverPort } = new URL(serverUrl);
  const values = {
    listen_addr: "127.0.0.1",
    listen_port: port,
    unix_socket_dir: "",
    auth_type: "scram-sha-256",
    auth_file: join(directory, "users"),
    pool_mode: "transaction",
    default_pool_size: poolSize,
    // Never the same connection twice in a row: what relies on getting it again fails here at once.
    server_round_robin: 1,
    max_client_conn: 100,
    ...(program.tracksStatements && { max_prepared_statements: 100 }),
  };
  const lines = Object.entries(values).map(([name, value]) => `${name} = ${value}`);
  return ["[databases]", `* = host=${hostname} port=${serverPort || 5432}`, "[pgbouncer]", ...lines, ""].join("\n");
}

/** Whether a login gets as far as its password; the database need not be there. */
async function answering(port: number, logins: Readonly<Record<string, string>>, isUp: () => boolean): Promise<void> {
  const [[user, password] = []] = Object.entries(logins);
  let last: unknown;
  for (let attempt = 0; attempt < 100 && isUp(); attempt++) {
    const client = new Client({ host: "127.0.0.1", port, user, password, database: "pgbouncer" });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      last = error;
      if ((error as { code?: string }).code !== "ECONNREFUSED") return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw last ?? new Error("It ended by itself.");
}
