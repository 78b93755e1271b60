import { type SpawnSyncOptions, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UNPRIVILEGED } from "../support/postgres-server.js";

/** What somebody has who installs the package, and nothing of this checkout. */

const root = fileURLToPath(new URL("../..", import.meta.url));
const LIMIT_MB = 120;
/** Each other Node is 100 MB from npm and a minute: `AZORA_TEST_NODES=22,24`. */
const NODES = (process.env.AZORA_TEST_NODES ?? "").split(",").filter(Boolean);
const canUnshare = spawnSync("unshare", ["-n", "true"]).status === 0;
const isRoot = process.getuid?.() === 0;

const APPLICATION = `
import { AzoraError, tenantDb } from "azora";
const db = tenantDb({ accountId: process.argv[2] as string, actor: "test" });
await db.document.create({ data: { number: "SOP-1", title: "Cleaning" } });
const documents: { number: string }[] = await db.document.findMany({ select: { number: true } });
// @ts-expect-error no column of that name
await db.document.findMany({ where: { colour: "red" } }).catch((error: unknown) => error instanceof AzoraError);
process.stdout.write(JSON.stringify(documents), () => process.exit(0));
`;

// npm takes its time on a busy machine.
describe("the package, installed", { timeout: 180_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "azora-package-"));
  const home = join(folder, "home");
  const azora = join(folder, "node_modules/azora/bin/run.js");
  const own = { PATH: process.env.PATH ?? "", HOME: home, AZORA_DATA_DIR: join(home, "data") };

  function start(program: string, args: readonly string[], options: SpawnSyncOptions = {}) {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, env: own, encoding: "utf8", ...options });
    return { exit: status, stdout: String(stdout), stderr: String(stderr) };
  }
  const run = (...args: string[]) => start(process.execPath, [azora, ...args]);
  // npm with the environment as it is: it may need a proxy or a registry of the machine's.
  const npm = (cwd: string, ...args: string[]) =>
    start("npm", [...args, "--ignore-scripts", "--loglevel=error"], { cwd, env: process.env });

  beforeAll(() => {
    chmodSync(folder, 0o755);
    mkdirSync(home);
    writeFileSync(join(folder, "package.json"), '{"private":true,"type":"module"}');
    const packed = npm(root, "pack", "--json", "--pack-destination", folder);
    expect(packed.exit, packed.stderr).toBe(0);
    const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
    const installed = npm(folder, "install", filename, "--omit=dev", "--prefer-offline", "--no-audit", "--no-fund");
    expect(installed.exit, installed.stderr).toBe(0);
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(`takes ${LIMIT_MB} MB at most, and leaves out what builds it`, () => {
    const megabytes = Number(start("du", ["-sm", "node_modules"]).stdout.split("\t")[0]);
    expect(megabytes).toBeGreaterThan(10);
    expect(megabytes).toBeLessThanOrEqual(LIMIT_MB);
    for (const name of ["prisma", "@prisma/client", "typescript", "azora/src", "azora/test"]) {
      expect(existsSync(join(folder, "node_modules", name)), name).toBe(false);
    }
  });

  it("sets up, makes a tenant, and serves an application", () => {
    expect(run("--version")).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^azora\/\d/) });
    const init = run("init", "--embedded", "--yes");
    expect(init.exit, init.stderr).toBe(0);
    const made = run("tenant:create", "Acme", "--slug", "acme", "--owner-email", "owner@acme.test", "--json");
    expect(made.exit, made.stdout).toBe(0);
    const { result } = JSON.parse(made.stdout) as { result: { tenant: { id: string } } };
    writeFileSync(join(folder, "application.mjs"), APPLICATION.replace(/ as string|: \{ number: string \}\[\]|: unknown/g, ""));
    const application = start(process.execPath, ["application.mjs", result.tenant.id]);
    // The statement that Prisma refuses is the one that the compiler refuses.
    expect(application, application.stderr).toMatchObject({ exit: 0, stdout: '[{"number":"SOP-1"}]' });
  });

  it.each(["node16", "bundler"])("has types that an application finds under %s, and that refuse what is wrong", (resolution) => {
    // An application has Node's types of its own.
    const types = join(folder, "node_modules/@types");
    mkdirSync(types, { recursive: true });
    if (!existsSync(join(types, "node"))) symlinkSync(join(root, "node_modules/@types/node"), join(types, "node"));
    writeFileSync(join(folder, "application.mts"), APPLICATION);
    const module = resolution === "bundler" ? "esnext" : resolution;
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--types", "node"];
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const check = start(process.execPath, [
      tsc,
      ...options,
      "--module",
      module,
      "--moduleResolution",
      resolution,
      "application.mts",
    ]);
    expect(check).toMatchObject({ exit: 0, stdout: "" });
  });

  it.skipIf(!canUnshare)("needs no network (skipped where no process may be cut off from it)", () => {
    const cutOff = (...args: string[]) => start("unshare", ["-n", process.execPath, ...args]);
    expect(
      cutOff("-e", "fetch('http://192.0.2.1').catch((error) => process.exit(error.cause.code === 'ENETUNREACH' ? 9 : 1))").exit,
    ).toBe(9);
    expect(cutOff(azora, "tenant:list", "--json")).toMatchObject({ exit: 0, stdout: expect.stringContaining('"acme"') });
  });

  it.skipIf(!isRoot)("runs for a user without rights (skipped where nobody can be become)", () => {
    const theirs = join(folder, "theirs");
    mkdirSync(theirs);
    chmodSync(theirs, 0o777);
    const env = { ...own, HOME: theirs, AZORA_DATA_DIR: join(theirs, "data") };
    const init = start(process.execPath, [azora, "init", "--embedded", "--yes"], { env, uid: UNPRIVILEGED, gid: UNPRIVILEGED });
    expect(init.exit, init.stderr).toBe(0);
  });

  it.skipIf(NODES.length === 0)(
    "runs on other versions of Node (skipped unless AZORA_TEST_NODES names some)",
    { timeout: 600_000 },
    () => {
      for (const version of NODES) {
        const node = (...args: string[]) =>
          start("npx", ["--yes", "--package", `node@${version}`, "node", ...args], {
            env: { ...process.env, AZORA_DATA_DIR: own.AZORA_DATA_DIR },
          });
        expect(node("--version").stdout).toMatch(new RegExp(`^v${version}\\.`));
        expect(node(azora, "tenant:list", "--json")).toMatchObject({ exit: 0, stdout: expect.stringContaining('"acme"') });
      }
    },
  );
});
