import { closeSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { AzoraError } from "../../errors.js";
import { parseJson } from "../../parse-json.js";
import { count, record, type Shape, text } from "../../shape.js";

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string;
  /** Tells a living process from another one that was given the same pid later. */
  readonly processStart: string;
  readonly command: string;
}

/**
 * Takes the lock file that keeps a second process out of an embedded data directory.
 * Nothing in PGlite does: two processes on one directory corrupt it.
 * @returns a function that gives the lock back.
 * @throws AzoraError LOCKED, naming the holder; FAILURE when the directory can't be written.
 */
export function takeLock(file: string): () => void {
  const me: Holder = {
    pid: process.pid,
    host: hostname(),
    startedAt: new Date().toISOString(),
    processStart: processStart(process.pid),
    command: process.argv.slice(1, 3).join(" "),
  };
  for (let attempt = 0; attempt < 3; attempt++) {
    if (create(file, me)) return () => release(file, me);
    const holder = read(file);
    if (holder && isAlive(holder)) throw lockedBy(holder, file);
    removeStale(file, holder);
  }
  throw new AzoraError("LOCKED", `The lock ${file} is being taken by several processes at once.`, {
    hint: "Try again in a moment.",
  });
}

function create(file: string, me: Holder): boolean {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const descriptor = openSync(file, "wx", 0o600);
    writeSync(descriptor, JSON.stringify(me));
    closeSync(descriptor);
    return true;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && syscall === "open") return false;
    throw new AzoraError("FAILURE", `The directory ${dirname(file)} can't be written (${code}).`, {
      hint: "Set AZORA_DATA_DIR to a directory that you may write.",
      cause: error,
    });
  }
}

const isHolder = record({
  pid: count,
  host: text,
  startedAt: text,
  processStart: text,
  command: text,
} satisfies Record<keyof Holder, Shape>);

function read(file: string): Holder | undefined {
  try {
    const holder = parseJson(readFileSync(file, "utf8"));
    return isHolder(holder) ? (holder as Holder) : undefined;
  } catch {
    // Gone in the meantime, or its writer died before it could name itself.
    return undefined;
  }
}

/** Another process may have replaced the file since it was read: then it isn't ours to remove. */
function removeStale(file: string, seen: Holder | undefined): void {
  if (JSON.stringify(read(file)) !== JSON.stringify(seen)) return;
  try {
    unlinkSync(file);
  } catch {
    // Another process was faster.
  }
}

function release(file: string, me: Holder): void {
  if (read(file)?.pid === me.pid) removeStale(file, read(file));
}

function isAlive(holder: Holder): boolean {
  // A directory shared between machines: this one can't tell, so the holder keeps it.
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return holder.processStart === processStart(holder.pid);
}

/** Start time of a process in clock ticks since boot (Linux /proc); empty elsewhere. */
function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function lockedBy(holder: Holder, file: string): AzoraError {
  const where = holder.host === hostname() ? "" : ` on ${holder.host}`;
  return new AzoraError(
    "LOCKED",
    `The embedded database is in use by process ${holder.pid}${where} (${holder.command}), since ${holder.startedAt}.`,
    { hint: `Wait for it to end, or use a PostgreSQL server when several processes work at once. Lock: ${file}` },
  );
}
