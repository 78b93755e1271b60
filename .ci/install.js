// Installs what package-lock.json names, once: `npm ci` throws node_modules away each time.
// Without install scripts: nothing here needs them, and Prisma's would try to download engines.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const STAMP = "node_modules/.azora-installed";
const wanted = createHash("sha256").update(readFileSync("package-lock.json")).update(process.version).digest("hex");

if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== wanted) {
  process.stderr.write("Installing packages …\n");
  // npm sets npm_execpath to itself; the name alone is a .cmd on Windows.
  const npm = process.env.npm_execpath;
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status } = npm
    ? spawnSync(process.execPath, [npm, ...args], { stdio: ["ignore", "ignore", "inherit"] })
    : spawnSync("npm", args, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(STAMP, wanted);
}
