import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
// The session in README.md is shown as on a terminal; util-linux's script(1) provides one.
const hasTerminal = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") ?? false;

it.skipIf(!hasTerminal)(
  "README.md and docs/commands.md show what the commands print (skipped without util-linux's script, which lends a terminal)",
  () => {
    const { status, stderr } = spawnSync(process.execPath, [".ci/docs.js", "--check"], { cwd: root, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  },
  // A whole session of commands, each a process.
  300_000,
);
