import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Azora } from "./azora.js";

// As a person has it: everything in the platform's own directory, nothing in the environment.
const azora = new Azora();
const AT_HOME = { AZORA_DATA_DIR: "" };
const run = (...args: string[]) => azora.run(args, AT_HOME);
const json = (...args: string[]) => azora.json(args, AT_HOME);
const url = "postgresql://ada:hunter2@127.0.0.1:9/azora";

beforeAll(async () => {
  for (const name of ["one", "two"]) {
    expect((await run("context:add", name)).exit).toBe(0);
    expect((await run("init", "--context", name, "--embedded", "--yes")).exit).toBe(0);
  }
  writeFileSync(join(azora.home, "ada.url"), `${url}\n`);
}, 240_000);
afterAll(() => azora.remove());

it("each has tenants of its own; the flag, the variable and context:use say whose are meant", async () => {
  await run("tenant:create", "Acme", "--slug", "acme", "--owner-email", "o@acme.test", "--context", "one");
  expect((await run("--context", "one", "tenant", "show", "acme")).exit).toBe(0);
  expect((await run("tenant:show", "acme", "--context=two")).exit).toBe(3);
  expect((await azora.run(["tenant:show", "acme"], { ...AT_HOME, AZORA_CONTEXT: "one" })).exit).toBe(0);
  expect(await json("tenant:show", "acme")).toMatchObject({ exit: 2, document: { error: { code: "NOT_CONFIGURED" } } });
  expect((await json("context:use", "one")).document.result).toMatchObject({ changed: true, context: { current: true } });
  expect((await json("context:use", "one")).document.result).toMatchObject({ changed: false });
  expect((await run("tenant:show", "acme")).exit).toBe(0);
});

it("config and whoami say which one is in use, and why", async () => {
  const { settings } = (await json("config")).document.result;
  expect(settings[1]).toMatchObject({ name: "context", value: "one", source: "file" });
  expect((await json("whoami", "--context", "two")).document.result).toMatchObject({ context: "two", login: "azora_admin" });
  const told = await azora.json(["config"], { ...AT_HOME, AZORA_CONTROL_URL: url });
  const control = told.document.result.settings.find(({ name }: { name: string }) => name === "control plane's connection");
  expect(control).toMatchObject({ source: "environment", from: "AZORA_CONTROL_URL" });
});

it("an access to a server is kept where only its owner reads it, and shown nowhere", async () => {
  const added = await json("context:add", "prod", "--control-url-file", "ada.url");
  expect(added).toMatchObject({
    exit: 0,
    document: { result: { context: { engine: "server", database: expect.stringContaining("ada:***@") } } },
  });
  const config = join(added.document.result.context.dataDir, "config.json");
  expect(statSync(config).mode & 0o777).toBe(0o600);
  expect(readFileSync(config, "utf8")).toContain("hunter2");
  const { stdout, stderr } = await run("context:list");
  expect(stdout.split("\n")[0]).toBe("CURRENT\tNAME\tENGINE\tDATABASE\tDIRECTORY");
  expect(stdout + stderr).not.toContain("hunter2");
  // It is used: nobody listens there.
  expect(await json("tenant:list", "--context", "prod")).toMatchObject({ exit: 8, document: { error: { code: "UNREACHABLE" } } });
  expect(await json("init", "--context", "prod", "--embedded", "--yes")).toMatchObject({ exit: 5 });
});

it.each([
  [["context:add", "one"], 5],
  [["context:add", "Bad Name"], 2],
  [["context:add", "x", "--tenant-url-file", "ada.url"], 2],
  [["context:use", "nowhere"], 3],
  [["context:remove", "default", "--yes"], 2],
  [["context:remove", "prod"], 6],
  [["tenant:list", "--context", "nowhere"], 3],
])("%j ends with exit code %d", async (args, exit) => {
  expect(await json(...args)).toMatchObject({ exit, document: { error: { exit } } });
});

it("a flag and a variable that contradict each other are refused before anything is done", async () => {
  const env = { ...AT_HOME, AZORA_CONTROL_URL: url };
  const refused = await azora.json(["tenant:suspend", "acme", "--reason", "x", "--yes", "--context", "one"], env);
  expect(refused).toMatchObject({
    exit: 2,
    document: { error: { code: "CONFIG_INVALID", hint: expect.stringContaining("AZORA_CONTROL_URL") } },
  });
});

it("is removed with the secrets that were added, but never an installation", async () => {
  const { dataDir } = (await json("context:remove", "prod", "--yes")).document.result.context;
  expect(() => statSync(dataDir)).toThrow();
  expect((await json("context:remove", "one", "--dry-run")).document.result).toMatchObject({ dryRun: true });
  const { context } = (await json("context:remove", "one", "--yes")).document.result;
  expect(statSync(join(context.dataDir, "config.json")).isFile()).toBe(true);
  const { contexts } = (await json("context:list")).document.result;
  expect(contexts).toMatchObject([{ name: "default", current: true }, { name: "two" }]);
  expect((await run("context:add", "again", "--data-dir", context.dataDir)).exit).toBe(0);
  expect((await run("tenant:show", "acme", "--context", "again")).exit).toBe(0);
});
