import { spawn } from "node:child_process";

/** What one process took, in milliseconds. */
export interface Spent {
  readonly wall: number;
  /** User and system time of all its threads: what a busy machine changes least. */
  readonly processor: number;
}

/**
 * Runs Node with these arguments to its end; bash counts.
 * @throws Error when it fails
 */
export async function spend(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<Spent> {
  const script = 'TIMEFORMAT="%R %U %S"; { time "$@" 2>&3; } 3>/dev/null';
  const child = spawn("bash", ["-c", script, "bash", process.execPath, ...argv], {
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  const [wall, user, system] = said.trim().split(" ").map(Number);
  if (code !== 0 || system === undefined) throw new Error(`node ${argv.join(" ")} ended with ${code}`);
  return { wall: (wall ?? 0) * 1000, processor: ((user ?? 0) + system) * 1000 };
}
