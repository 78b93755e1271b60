import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { contextIn, readRequest, wantsVersion } from "../../src/cli/argv.js";
import { askingAbout, placeOf } from "../../src/cli/place.js";
import { loadConfig } from "../../src/config.js";
import { addContext, listContexts, removeContext, useContext } from "../../src/installation/contexts.js";

const url = (host: string) => `postgresql://ada:hunter2@${host}:5432/azora`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "azora-contexts-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const add = (name: string) => addContext({ name, access: { controlUrl: url(name) }, dryRun: false }, root);
const choose = (env: Record<string, string>, flag?: string) => loadConfig(env, { root, current: true, flag });

describe("which installation is meant", () => {
  beforeEach(() => {
    for (const name of ["one", "two", "three"]) add(name);
  });

  it("is the platform's directory, then what context:use, the environment and the flag say, each over the one before", () => {
    expect(choose({})).toMatchObject({ context: { value: "default", source: "default" }, dataDir: { value: root } });
    useContext({ name: "one", dryRun: false }, root);
    expect(choose({})).toMatchObject({ context: { value: "one", source: "file" }, controlUrl: { value: url("one") } });
    const env = { AZORA_CONTEXT: "two" };
    expect(choose(env)).toMatchObject({ context: { value: "two", from: "AZORA_CONTEXT" }, controlUrl: { value: url("two") } });
    expect(choose(env, "three")).toMatchObject({
      context: { value: "three", source: "flag" },
      controlUrl: { value: url("three") },
    });
  });

  it("is not what context:use says for an application, only what its environment says", () => {
    useContext({ name: "one", dryRun: false }, root);
    expect(loadConfig({}, { root })).toMatchObject({ context: { value: "default" }, controlUrl: undefined });
    expect(loadConfig({ AZORA_CONTEXT: "two" }, { root })).toMatchObject({ controlUrl: { value: url("two") } });
  });

  it("the environment's own connection and directory win, and say so", () => {
    useContext({ name: "one", dryRun: false }, root);
    expect(choose({ AZORA_CONTROL_URL: url("other") })).toMatchObject({
      controlUrl: { value: url("other"), source: "environment", from: "AZORA_CONTROL_URL" },
    });
    expect(choose({ AZORA_DATA_DIR: join(root, "elsewhere") })).toMatchObject({ context: undefined, controlUrl: undefined });
  });

  it.each([
    [{ AZORA_CONTROL_URL: url("other") }, "one"],
    [{ AZORA_TENANT_URL_FILE: "/tmp/x" }, "one"],
    [{ AZORA_DATA_DIR: "/tmp/x" }, "one"],
    [{ AZORA_DATA_DIR: "/tmp/x", AZORA_CONTEXT: "one" }, undefined],
  ])("two that contradict each other are refused: %j with %s", (env, flag) => {
    expect(() => choose(env, flag)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });

  it("a name that there isn't is not found, with the one that was meant", () => {
    expect(() => choose({}, "thre")).toThrow(
      expect.objectContaining({ code: "NOT_FOUND", hint: expect.stringContaining("three") }),
    );
    expect(() => choose({ AZORA_CONTEXT: "constructor" })).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
  });
});

describe("the list", () => {
  it("keeps secrets apart, where only their owner reads", () => {
    const { context } = add("one");
    expect(context).toMatchObject({ name: "one", engine: "server", current: false });
    expect(context.database).toBe("postgresql://ada:***@one:5432/azora");
    expect(statSync(join(context.dataDir, "config.json")).mode & 0o777).toBe(0o600);
    expect(statSync(context.dataDir).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(root, "contexts.json"), "utf8")).not.toContain("hunter2");
  });

  it("changes nothing in a dry run, takes no name twice and none that is odd", () => {
    expect(addContext({ name: "one", access: { controlUrl: url("one") }, dryRun: true }, root)).toMatchObject({ changed: true });
    expect(listContexts(root).map(({ name }) => name)).toEqual(["default"]);
    add("one");
    expect(() => add("one")).toThrow(expect.objectContaining({ code: "ALREADY_EXISTS" }));
    for (const name of ["../up", "", "A", "-x"]) {
      expect(() => add(name)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    }
    expect(() => addContext({ name: "two", access: { controlUrl: "no url" }, dryRun: false }, root)).toThrow(/connection string/);
  });

  it("removes an access with its secrets, and goes back to the default one", () => {
    const { dataDir } = add("one").context;
    useContext({ name: "one", dryRun: false }, root);
    removeContext({ name: "one", dryRun: true }, root);
    expect(statSync(join(dataDir, "config.json")).isFile()).toBe(true);
    removeContext({ name: "one", dryRun: false }, root);
    expect(() => statSync(dataDir)).toThrow();
    expect(listContexts(root)).toMatchObject([{ name: "default", current: true }]);
    expect(() => removeContext({ name: "default", dryRun: false }, root)).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }),
    );
  });

  it("never deletes an installation: its keys are nowhere else", () => {
    const { dataDir } = addContext({ name: "own", dryRun: false }, root).context;
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(join(dataDir, "config.json"), JSON.stringify({ version: 1, engine: "embedded", controlLogin: "a" }));
    removeContext({ name: "own", dryRun: false }, root);
    expect(statSync(join(dataDir, "config.json")).isFile()).toBe(true);
  });

  it("is refused whole when somebody broke it", () => {
    for (const text of ["{", "[]", '{"version":2,"current":"x","contexts":{}}', '{"version":1,"current":"x","contexts":null}']) {
      writeFileSync(join(root, "contexts.json"), text);
      expect(() => choose({})).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    }
  });
});

describe("at the terminal", () => {
  it.each([
    [["--context", "one", "config"], "one"],
    [["config", "--context=two"], "two"],
    [["config", "--", "--context", "one"], undefined],
    [["config"], undefined],
  ])("%j means %s", (argv, name) => {
    expect(contextIn(argv)).toBe(name);
  });

  it("the flag may stand before the command, and before --version", () => {
    const vocabulary = { commands: ["tenant:list"], topics: ["tenant"] };
    const request = readRequest(["--context", "one", "--json", "tenant", "list"], vocabulary);
    expect(request).toEqual({ kind: "command", id: "tenant:list", argv: ["--context", "one", "--json"] });
    expect(wantsVersion(["--context=one", "--version"])).toBe(true);
    expect(wantsVersion(["--context", "--version"])).toBe(false);
  });

  it("a question begins with which installation it is about, and with the environment's where that wins", async () => {
    add("one");
    const asked: string[] = [];
    const prompter = {
      confirm: async (text: string) => asked.push(text) > 0,
      input: async (text: string) => String(asked.push(text)),
      secret: async () => "",
      select: async () => "" as never,
    };
    const about = (env: Record<string, string>) =>
      askingAbout({ prompter, canAsk: true } as never, () => placeOf(choose(env))).prompter;
    await about({ AZORA_CONTEXT: "one" }).confirm("Suspend?");
    await about({ AZORA_CONTEXT: "one", AZORA_CONTROL_URL: url("other") }).input("Type it:");
    await about({ AZORA_CONTEXT: "one", AZORA_OWNER_URL: url("owner") }).confirm("Sure?");
    expect(asked).toEqual([
      "[one] Suspend?",
      "[postgresql://ada:***@other:5432/azora] Type it:",
      "[one, postgresql://ada:***@owner:5432/azora] Sure?",
    ]);
  });
});
