import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = join(root, "docs/man/azora.1");
const has = (program: string, flag: string) => spawnSync(program, [flag]).error === undefined;
const run = (program: string, ...args: string[]) => spawnSync(program, args, { encoding: "utf8", maxBuffer: 2 ** 24 });

it("docs/man/azora.1 is what the commands are (`npm run docs` writes it)", () => {
  const { status, stderr } = run(process.execPath, join(root, ".ci/man-page.js"), "--check");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

it("is not taken for today's when a command has another flag", () => {
  const copy = mkdtempSync(join(tmpdir(), "azora-man-"));
  try {
    cpSync(join(root, ".ci"), join(copy, ".ci"), { recursive: true });
    mkdirSync(join(copy, "docs"));
    cpSync(join(root, "docs/man"), join(copy, "docs/man"), { recursive: true });
    copyFileSync(join(root, "package.json"), join(copy, "package.json"));
    for (const each of ["dist", "node_modules"]) symlinkSync(join(root, each), join(copy, each));
    const manifest = JSON.parse(readFileSync(join(root, "oclif.manifest.json"), "utf8"));
    manifest.commands["tenant:list"].flags.new = { name: "new", type: "boolean", description: "One more." };
    writeFileSync(join(copy, "oclif.manifest.json"), JSON.stringify(manifest));
    const { status, stderr } = run(process.execPath, join(copy, ".ci/man-page.js"), "--check");
    expect(status).toBe(1);
    expect(stderr).toContain("--new".replaceAll("-", "\\-"));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

it.skipIf(!has("groff", "--version"))("groff has nothing to say against it (skipped where groff isn't installed)", () => {
  const { status, stderr, stdout } = run("groff", "-man", "-Tutf8", "-ww", page);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("tenant:create");
});

it.skipIf(!has("mandoc", "-Tlint"))("mandoc has nothing to say against it (skipped where mandoc isn't installed)", () => {
  expect(run("mandoc", "-Tlint", page)).toMatchObject({ status: 0, stdout: "", stderr: "" });
});
