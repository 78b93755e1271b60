import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/**
 * Installs what azora is compared with, once, as the package-lock.json of the directory names it.
 * Without install scripts: nothing needs one.
 * @throws Error when npm fails, with what it said
 */
export function installPeers(directory: string = HERE): void {
  const stamp = join(directory, "node_modules/.azora-installed");
  const wanted = createHash("sha256")
    .update(readFileSync(join(directory, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  process.stderr.write("Installing what to compare with …\n");
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  // In production npm leaves nothing out of `dependencies`; it is the library under test that reads NODE_ENV.
  const { status, stderr } = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: directory, encoding: "utf8" })
    : spawnSync("npm", args, { cwd: directory, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm ci in ${directory} failed:\n${stderr}`);
  writeFileSync(stamp, wanted);
}

/** Imports a peer by a name that the compiler doesn't look up: they are installed only for a bench. */
export async function importPeer<Module>(name: string): Promise<Module> {
  return (await import(name)) as Module;
}

/** Pinned versions of the peers, by package. */
export function peerVersions(): Readonly<Record<string, string>> {
  const { dependencies } = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));
  return dependencies as Record<string, string>;
}
