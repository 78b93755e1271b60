import { type ChildProcess, execFile, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { AzoraError } from "../errors.js";

/** One of PostgreSQL's own client programs on this machine. */
export interface Program {
  readonly name: "pg_dump" | "pg_restore";
  readonly path: string;
  /** As it calls itself: `pg_dump (PostgreSQL) 15.14`. */
  readonly version: string;
  readonly major: number;
}

/**
 * Finds a program by asking it for its version.
 * @param directory where it is; undefined for wherever PATH leads
 * @throws AzoraError NOT_CONFIGURED when it isn't there
 */
export async function findProgram(name: Program["name"], directory: string | undefined): Promise<Program> {
  const path = directory === undefined ? name : join(directory, name);
  const answer = await promisify(execFile)(path, ["--version"]).catch(() => undefined);
  const version = answer?.stdout.trim() ?? "";
  const major = Number(/\(PostgreSQL\) (\d+)/.exec(version)?.[1]);
  if (major > 0) return { name, path, version, major };
  throw new AzoraError("NOT_CONFIGURED", `${name} was not found${directory === undefined ? "" : ` in ${directory}`}.`, {
    hint: "Install PostgreSQL's client programs (Debian: apt install postgresql-client), or set AZORA_PG_BIN to their directory.",
  });
}

/** @throws AzoraError CONFLICT for a program that can't know all that the server has */
export function requireNotOlder({ name, major }: Program, serverMajor: number): void {
  if (major >= serverMajor) return;
  throw new AzoraError("CONFLICT", `${name} ${major} is older than the server, which is PostgreSQL ${serverMajor}.`, {
    hint: `Install postgresql-client-${serverMajor}, or set AZORA_PG_BIN to the directory of a newer one.`,
  });
}

/**
 * What a program writes for a database, as it writes it.
 * @throws AzoraError FAILURE with what it complained of
 */
export async function* readFrom(program: Program, url: string, args: readonly string[]): AsyncGenerator<Uint8Array> {
  const { child, ended } = start(program, url, args);
  try {
    yield* child.stdout as Readable;
    await ended;
  } finally {
    // Whoever reads may have stopped before the end.
    child.kill();
    await ended.catch(() => undefined);
  }
}

/**
 * Lets a program read something into a database.
 * @throws AzoraError FAILURE with what it complained of, and what the source throws
 */
export async function writeInto(
  program: Program,
  url: string,
  args: readonly string[],
  source: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { child, ended } = start(program, url, args);
  child.stdout?.resume();
  // A program that gives up closes its end first: what it says of that is the error.
  const [read, written] = await Promise.allSettled([ended, pipeline(source, child.stdin as Writable)]);
  const error = written.status === "rejected" ? written.reason : undefined;
  if (error && (error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  if (read.status === "rejected") throw read.reason;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
}

function start(program: Program, url: string, args: readonly string[]): Running {
  const { address, password } = splitPassword(url);
  const child = spawn(program.path, [...args, "--no-password", `--dbname=${address}`], {
    stdio: ["pipe", "pipe", "pipe"],
    // Not on the command line, which everybody on the machine can read.
    env: { ...process.env, PGPASSWORD: password, PGAPPNAME: "azora", LC_ALL: "C" },
  });
  let complaint = "";
  child.stderr?.on("data", (text) => {
    complaint = `${complaint}${text}`.slice(0, 10_000);
  });
  // What is interrupted is not to be committed by a child that lives on.
  const stop = () => child.kill();
  process.once("exit", stop);
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      process.removeListener("exit", stop);
      if (code === 0) resolve();
      else reject(gaveUp(program, complaint));
    });
  });
  // It is awaited later; until then it must not count as unheard.
  ended.catch(() => undefined);
  return { child, ended };
}

function gaveUp({ name }: Program, complaint: string): AzoraError {
  const lines = complaint.split("\n").filter((line) => line.trim() !== "");
  const first = lines.find((line) => /error|fatal/i.test(line)) ?? lines[0] ?? "it didn't say why";
  return new AzoraError("FAILURE", `${name} gave up: ${first.replace(/^pg_\w+: (error: )?/, "")}`, {
    hint: "Nothing half done was kept. See what it says, and run the same command again.",
  });
}

/** Parameters of a connection string that PostgreSQL's own programs know; they refuse the others. */
const KNOWN = /^(ssl\w+|host|port|connect_timeout|options|target_session_attrs|gssencmode|channel_binding)$/;

function splitPassword(url: string): { readonly address: string; readonly password: string } {
  const parsed = new URL(url);
  const password = decodeURIComponent(parsed.password) || (parsed.searchParams.get("password") ?? "");
  parsed.password = "";
  for (const name of [...parsed.searchParams.keys()]) if (!KNOWN.test(name)) parsed.searchParams.delete(name);
  return { address: parsed.toString(), password };
}
