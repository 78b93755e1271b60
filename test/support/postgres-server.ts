import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { chmodSync, chownSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { makePassword } from "../../src/database/scram.js";
import { provideBinaries } from "./binaries.js";

/** `nobody` on most systems; any user without rights does. */
export const UNPRIVILEGED = 65534;
const SUPERUSER = "postgres";

export interface TestServer {
  /** The superuser's connection string, database `postgres`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** One that this run has started. */
export interface StartedServer extends TestServer {
  /** Directory of its Unix socket. */
  readonly sockets: string;
  /** Ends all connections, and starts again on the same data and port. */
  restart(): Promise<void>;
}

/** Settings of postgresql.conf, by name. */
export type ServerSettings = Readonly<Record<string, string | number>>;

/**
 * Starts a PostgreSQL of its own on loopback, as an ordinary user even when root runs the tests.
 * @param overrides win over the settings that tests use
 * @param programs directory of another PostgreSQL's programs than the package's
 */
export async function startServer(overrides: ServerSettings = {}, programs?: string): Promise<StartedServer> {
  const directory = mkdtempSync(join(tmpdir(), "azora-postgres-"));
  chmodSync(directory, 0o755);
  try {
    return await startIn(directory, { overrides, bin: programs ?? provideBinaries(directory) });
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

interface Start {
  readonly overrides: ServerSettings;
  readonly bin: string;
}

async function startIn(directory: string, { overrides, bin }: Start): Promise<StartedServer> {
  const user = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
  const password = makePassword();
  const passwordFile = join(directory, "password");
  const work = join(directory, "work");
  mkdirSync(work, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user.uid !== undefined) for (const path of [work, passwordFile]) chownSync(path, user.uid, user.gid);

  const data = join(work, "data");
  const options: SpawnOptions = { ...user, cwd: work, env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" } };
  const initdb = ["-D", data, "-U", SUPERUSER, "-E", "UTF8", "--locale=C", "--auth=scram-sha-256", `--pwfile=${passwordFile}`];
  await finished(spawn(join(bin, "initdb"), [...initdb, "--no-sync"], { ...options, stdio: ["ignore", "ignore", "pipe"] }));

  const port = await freePort();
  const log = join(directory, "server.log");
  const url = `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
  const start = async () => {
    const logTo = openSync(log, "a");
    const started = spawn(
      join(bin, "postgres"),
      ["-D", data, ...settings({ port, unix_socket_directories: work, ...overrides })],
      {
        ...options,
        stdio: ["ignore", logTo, logTo],
      },
    );
    closeSync(logTo);
    await answering(url, started, log);
    return started;
  };
  let server = await start();
  return {
    url,
    sockets: work,
    async restart() {
      await stop(server);
      server = await start();
    },
    async stop() {
      await stop(server);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function settings(given: ServerSettings): string[] {
  const values: ServerSettings = {
    listen_addresses: "127.0.0.1",
    max_connections: 100,
    shared_buffers: "32MB",
    // The cluster lives as long as the tests: nothing of it has to survive a crash of the machine.
    fsync: "off",
    full_page_writes: "off",
    synchronous_commit: "off",
    ...given,
  };
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function finished(child: ChildProcess): Promise<void> {
  let complaint = "";
  child.stderr?.on("data", (chunk) => {
    complaint += chunk;
  });
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0) throw new Error(`initdb ended with ${code}: ${complaint}`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

async function answering(url: string, server: ChildProcess, log: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (server.exitCode !== null) break;
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  server.kill("SIGQUIT");
  throw new Error(`PostgreSQL did not start:\n${readFileSync(log, "utf8")}`);
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGINT"); // a fast shutdown: it doesn't wait for clients
  await ended;
}
