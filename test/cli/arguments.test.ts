import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { Azora } from "./azora.js";

const azora = new Azora();
afterAll(() => azora.remove());

const manifest = JSON.parse(readFileSync(new URL("../../oclif.manifest.json", import.meta.url), "utf8")) as {
  commands: Record<string, { summary?: string; examples?: string[]; hidden?: boolean; flags: object }>;
};
const COMMANDS = Object.keys(manifest.commands);
const SHOWN = COMMANDS.filter((name) => !manifest.commands[name]?.hidden);

describe("help", () => {
  it("shows all commands and topics, and none that is only for scripts", async () => {
    const { exit, stdout, stderr } = await azora.run(["help"]);
    expect(exit).toBe(0);
    expect(stderr).toBe("");
    for (const name of [...SHOWN, "environment", "exit-codes", "json", "security"]) expect(stdout).toContain(name);
    expect(stdout).not.toContain("completion:suggest");
  });

  it.each(COMMANDS)("explains %s with a summary and a real example", async (command) => {
    const { exit, stdout, stderr } = await azora.run([command, "--help"]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toContain(manifest.commands[command]?.summary);
    expect(stdout).toContain(`$ azora ${command}`);
    expect(stdout).toContain("--json");
  });

  it.each([
    ["environment", "AZORA_CONTROL_URL_FILE"],
    ["exit-codes", "130"],
    ["json", '"ok": true'],
    ["security", "isolation:verify --self-test"],
  ])("has the topic %s", async (topic, text) => {
    const { exit, stdout } = await azora.run(["help", topic]);
    expect(exit).toBe(0);
    expect(stdout).toContain(text);
  });

  it("is found in either spelling, for commands and topics of commands", async () => {
    const [colon, spaces, flag] = await Promise.all([
      azora.run(["help", "tenant:create"]),
      azora.run(["help", "tenant", "create"]),
      azora.run(["tenant", "create", "-h"]),
    ]);
    expect(spaces.stdout).toBe(colon.stdout);
    expect(flag.stdout).toBe(colon.stdout);
    expect((await azora.run(["-h", "tenant:create"])).stdout).toBe(colon.stdout);
    const topic = await azora.run(["tenant"]);
    expect(topic).toMatchObject({ exit: 0, stdout: expect.stringContaining("tenant:suspend") });
  });

  it("tells of security on a page, and names no command or flag that isn't there", async () => {
    const { stdout } = await azora.run(["help", "security"]);
    expect(stdout.trimEnd().split("\n").length).toBeLessThanOrEqual(40);
    const named = stdout.matchAll(/^ {2}azora ([\w:]+)((?: --[\w-]+)*)/gm);
    const proofs = [...named].map(([, command = "", flags = ""]) => ({ command, flags: flags.match(/[\w-]{3,}/g) ?? [] }));
    expect(proofs.length).toBeGreaterThan(3);
    for (const { command, flags } of proofs) {
      const there = Object.keys(manifest.commands[command]?.flags ?? {}).map((flag) => `--${flag}`);
      expect(there).toEqual(expect.arrayContaining(flags));
    }
  });

  it("is one document with --json", async () => {
    const { exit, document } = await azora.json(["help", "exit-codes"]);
    expect(exit).toBe(0);
    expect(document).toMatchObject({ ok: true, result: { help: expect.stringContaining("130") } });
    const root = await azora.json(["--help"]);
    expect(root.document).toMatchObject({ ok: true, result: { help: expect.stringContaining("tenant:create") } });
  });

  it("refuses a subject that doesn't exist", async () => {
    const { exit, stdout, stderr } = await azora.run(["help", "exit-code"]);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toContain("azora help exit-codes");
  });
});

describe("version", () => {
  it("is printed by --version, as text and as a document", async () => {
    const text = await azora.run(["--version"]);
    expect(text).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^azora\/\d+\.\d+\.\d+ node-v\d+/) });
    const { document } = await azora.json(["--version"]);
    expect(document).toMatchObject({ ok: true, result: { version: expect.any(String), node: process.version } });
  });
});

const WRONG: readonly (readonly [what: string, args: readonly string[], message: string, hint: string])[] = [
  ["an unknown command", ["nope"], 'There is no command "nope".', "azora help"],
  ["a misspelled command", ["tenant:crate"], 'There is no command "tenant:crate".', "Did you mean `azora tenant:create`?"],
  ["a misspelled command, in words", ["tenant", "lst"], 'There is no command "tenant:lst".', "Did you mean `azora tenant:list`?"],
  ["an unknown flag before any command", ["--nope"], "Unknown flag: --nope.", "azora --help"],
  ["an unknown flag", ["tenant:list", "--limt", "3"], "Unknown flag: --limt.", "Did you mean --limit?"],
  ["a missing argument", ["tenant:show"], "Missing argument: TENANT.", "azora tenant:show --help"],
  ["a missing flag", ["tenant:create", "A", "--slug", "a"], "Missing flag: --owner-email.", "azora tenant:create --help"],
  ["an argument too many", ["tenant:show", "a", "b"], "Unexpected argument: b.", "quotes"],
  ["a value outside its options", ["tenant:list", "--status", "gone"], "active, suspended", "azora tenant:list --help"],
  ["a flag without its value", ["tenant:list", "--after"], "--after expects a value", "azora tenant:list --help"],
  ["no log to export", ["audit:export"], "--control-plane, --tenant", "azora audit:export --help"],
  ["a topic's name, wrong", ["tenants"], 'There is no command "tenants".', "Did you mean `azora help tenant`?"],
  ["a topic and nothing behind it", ["tenant:"], 'There is no command "tenant:".', "`azora help tenant` shows its commands."],
  ["a command that is like no other", ["tenant:metadata"], 'There is no command "tenant:metadata".', "`azora help tenant` shows"],
  ["a misspelled flag before any command", ["--jsn"], "Unknown flag: --jsn.", "Did you mean --json?"],
  ["a misspelled option", ["tenant:list", "--status", "actve"], "active, suspended", "Did you mean --status active?"],
  ["a misspelled option of an argument", ["completion", "bsh"], "bash, zsh, fish", "Did you mean bash?"],
  ["a switch with a value", ["tenant:list", "--no-color=yes"], "--no-color takes no value.", "azora tenant:list --help"],
  [
    "two logs at once",
    ["audit:export", "--tenant", "a", "--control-plane"],
    "--control-plane and --tenant exclude each other.",
    "--help",
  ],
  ["no manifest", ["tenant:apply"], "--file, or --plan", "azora tenant:apply --help"],
  ["two engines", ["init", "--embedded", "--owner-url-file", "f"], "--owner-url-file", "azora init --help"],
];

describe.each(WRONG)("%s", (_what, args, message, hint) => {
  it("is a usage error, in one line with a next step, and nothing on stdout", async () => {
    const { exit, stdout, stderr } = await azora.run(args);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stderr.trim().split("\n")).toHaveLength(2);
  });

  it("is a document with --json, with the same exit code", async () => {
    const { exit, stderr, document } = await azora.json(args.includes("--after") ? ["tenant:list", "--json", "--after"] : args);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: "" });
    expect(document).toEqual({
      ok: false,
      error: { code: "USAGE", message: expect.stringContaining(message), hint: expect.stringContaining(hint), exit: 2 },
    });
  });
});

describe("colours", () => {
  it.each([
    [{}, [], false],
    [{ FORCE_COLOR: "1" }, [], true],
    [{ FORCE_COLOR: "1" }, ["--no-color"], false],
    [{ FORCE_COLOR: "1" }, ["--json"], false],
    [{ FORCE_COLOR: "0" }, [], false],
    [{ NO_COLOR: "1" }, [], false],
    [{ TERM: "dumb" }, [], false],
  ])("in a pipe, with %j and %j: %s", async (env, flags, coloured) => {
    const doctor = await azora.run(["doctor", ...flags], env as Record<string, string>);
    expect(doctor.stdout.includes("\u001b[")).toBe(coloured);
    const help = await azora.run(["--help", ...flags], env as Record<string, string>);
    expect(help.stdout.includes("\u001b[")).toBe(coloured);
  });
});

describe("secrets", () => {
  const secret = "hunter2";
  const env = {
    AZORA_CONTROL_URL: `postgresql://app:${secret}@127.0.0.1:1/azora`,
    AZORA_OWNER_URL: `postgresql://o:${secret}@h/d`,
  };

  it.each([
    [["tenant:list", "--nope"]],
    [["tenant:list", `--password=${secret}`]],
    [["init", "--owner-url", `postgresql://o:${secret}@h/d`]],
    [["tenant:list"]],
    [["config"]],
  ])("appear nowhere: azora %j", async (args) => {
    for (const answer of [
      await azora.run(args, env),
      await azora.json(args, env),
      await azora.run(args, { ...env, DEBUG: "1" }),
    ]) {
      expect(answer.stdout + answer.stderr).not.toContain(secret);
    }
  });
});

describe("what oclif would do by itself", () => {
  it("loads no plugin from the data directory", async () => {
    const { mkdirSync, writeFileSync } = await import("node:fs");
    const other = new Azora();
    const plugin = `${other.dataDir}/node_modules/evil`;
    mkdirSync(`${plugin}/commands`, { recursive: true });
    writeFileSync(
      `${other.dataDir}/package.json`,
      JSON.stringify({ dependencies: { evil: "1" }, oclif: { schema: 1, plugins: [{ name: "evil", type: "user" }] } }),
    );
    writeFileSync(
      `${plugin}/package.json`,
      JSON.stringify({ name: "evil", version: "1.0.0", oclif: { commands: "./commands" } }),
    );
    writeFileSync(`${plugin}/commands/evil.js`, "console.log('ran'); exports.default = class { static async run() {} }");
    expect(await other.run(["evil"])).toMatchObject({ exit: 2, stdout: "" });
    await other.remove();
  });

  it("waits for no missing argument on stdin", async () => {
    const { exit, stderr } = await azora.run(["tenant:show"], {}, "acme\n");
    expect(exit).toBe(2);
    expect(stderr).toContain("Missing argument: TENANT.");
  });
});
