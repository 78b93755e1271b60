import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Command lines on Node that many people have. */
export const PEERS = [
  { command: "heroku", version: "11.10.0" },
  { command: "neonctl", version: "5.0.1" },
] as const;

/**
 * Installs them below a directory that is thrown away afterwards, without install scripts.
 * @returns the program of each
 * @throws Error when npm fails, with what it said
 */
export function installPeers(directory: string): Readonly<Record<string, string>> {
  const folder = join(directory, "peers");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{"private":true}');
  process.stderr.write("Installing what to compare with …\n");
  const packages = PEERS.map(({ command, version }) => `${command}@${version}`);
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error", ...packages];
  const { status, stderr } = spawnSync("npm", args, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm install of ${packages.join(", ")} failed:\n${stderr}`);
  return Object.fromEntries(PEERS.map(({ command }) => [command, programOf(join(folder, "node_modules", command), command)]));
}

function programOf(folder: string, command: string): string {
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { bin: string | Record<string, string> };
  return join(folder, (typeof bin === "string" ? bin : bin[command]) ?? "");
}
