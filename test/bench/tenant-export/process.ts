import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

const RUN = fileURLToPath(new URL("../../../bin/run.js", import.meta.url));

/** One process, from start to end. */
export interface Measured {
  readonly seconds: number;
  /** The most memory that it had at once, as Linux counts it; 0 where nobody does. */
  readonly peakBytes: number;
}

export function azora(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<Measured> {
  return measureProcess(process.execPath, [RUN, ...argv], env);
}

/** @throws Error with what it said when it fails */
export async function measureProcess(
  program: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const startedAt = performance.now();
  const child = spawn(program, argv, { env: { PATH: process.env.PATH ?? "", ...env }, stdio: ["ignore", "ignore", "pipe"] });
  let complaint = "";
  child.stderr?.on("data", (chunk) => {
    complaint += chunk;
  });
  let peakBytes = 0;
  const look = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid));
  }, 50);
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  clearInterval(look);
  if (code !== 0) throw new Error(`${program} ${argv.join(" ")} ended with ${code}: ${complaint}`);
  return { seconds: (performance.now() - startedAt) / 1000, peakBytes };
}

function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
