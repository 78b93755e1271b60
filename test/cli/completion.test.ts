import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.js";
import { openEmbedded } from "../../src/database/embedded/engine.js";
import type { OperatorRole } from "../../src/database/logins.js";
import { installCompletion } from "../../src/installation/completion/install.js";
import { completionNames } from "../../src/installation/completion/names.js";
import { writeCache } from "../../src/installation/completion/names-cache.js";
import type { Shell } from "../../src/installation/completion/scripts.js";
import { OPERATORS } from "../support/prepare.js";
import { urlsOf } from "../support/server-template.js";
import { World } from "../support/world.js";
import { type Azora, initialised, RUN } from "./azora.js";

let azora: Azora;
let env: Record<string, string>;

/** Writes down what it was called with, unless a shell asks it what could stand there. */
const SHIM = `#!/bin/sh
case "$1" in completion*) exec '${process.execPath}' '${RUN}' "$@" ;; esac
printf '%s\\n' "$@" > "$HOME/called"
`;

beforeAll(async () => {
  azora = await initialised();
  const bin = join(azora.home, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "azora"), SHIM);
  chmodSync(join(bin, "azora"), 0o755);
  env = { PATH: `${bin}:${process.env.PATH}`, HOME: azora.home, AZORA_DATA_DIR: azora.dataDir, TERM: "xterm", PS1: "READY> " };
  await azora.run(["tenant:create", "Acme", "--slug", "acme", "--owner-email", "o@acme.test"]);
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout } = await azora.run(["completion", shell]);
    writeFileSync(join(azora.home, `script.${shell}`), stdout);
  }
});
afterAll(() => azora.remove());

const has = (program: string) => spawnSync(program, ["--version"]).error === undefined;
const hasTerminal = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") ?? false;

/** The words of a line as bash hands them to a completion: broken at `:` and `=` too. */
function bashWords(line: string): string[] {
  const words = line.match(/[:=]+|[^\s:=]+/g) ?? [];
  return /\s$/.test(line) ? [...words, ""] : words;
}

function inBash(line: string): string[] {
  const words = bashWords(line);
  const script = `source ${azora.home}/script.bash
    COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDS=("\${@:2}") COMP_CWORD=$(($# - 2))
    _azora azora "\${COMP_WORDS[COMP_CWORD]}" ""
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ["--norc", "--noprofile", "-c", script, "bash", line, ...words];
  return execFileSync("bash", args, { env, encoding: "utf8" }).split("\n").filter(Boolean);
}

/** Types keys into a shell on a terminal, each when the shell has written what a person would wait for. */
async function type(shell: string, steps: readonly (readonly [awaited: string, keys: string])[]): Promise<void> {
  const child = spawn("script", ["-qec", shell, "/dev/null"], { env, cwd: azora.home, stdio: ["pipe", "pipe", "inherit"] });
  const left = [...steps, ["READY> ", "exit\n"]];
  let seen = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    seen += text;
    const [awaited = "", keys = ""] = left[0] ?? [];
    if (left.length === 0 || !seen.includes(awaited)) return;
    seen = "";
    left.shift();
    child.stdin.write(keys);
  });
  // A shell that waits for something else shall fail the test that it is in, and no later one.
  const timer = setTimeout(() => child.kill(), 50_000);
  await new Promise((resolve) => child.once("close", resolve));
  clearTimeout(timer);
}

/** Completed word by word, in both spellings, from all that there is to complete from. */
const TYPED = [
  ["READY> ", "azora tenant pl\t"],
  ["plan", "ac\t"],
  ["acme", "te\t"],
  ["team", "--js\t"],
  ["--json", "\n"],
] as const;
const CALLED = ["tenant", "plan", "acme", "team", "--json"];

/** What the command was called with in the end. */
function called(): string[] {
  const words = readFileSync(join(azora.home, "called"), "utf8").trimEnd().split("\n");
  rmSync(join(azora.home, "called"));
  return words;
}

describe("bash", () => {
  it.each([
    ["azora tenant:sh", ["show"]],
    ["azora --context=def", ["default"]],
    ["azora tenant:list --status sus", ["suspended"]],
    ["azora operator:grant az", ["azora_admin"]],
    ["azora nowhere:", []],
  ])("%s", (line, expected) => {
    expect(inBash(line)).toEqual(expected);
  });

  it("offers all that goes on behind a colon, and all flags", () => {
    expect(inBash("azora tenant:")).toContain("list");
    expect(inBash("azora tenant:list --")).toEqual(expect.arrayContaining(["--status", "--json", "--help"]));
  });

  it.skipIf(!hasTerminal)(
    "under a person's hands (skipped without util-linux's script, which lends a terminal)",
    async () => {
      writeFileSync(join(azora.home, "tenants.yaml"), "");
      const bash = "bash --norc --noprofile -i";
      await type(bash, [["READY> ", "source ./script.bash\n"], ...TYPED]);
      expect(called()).toEqual(CALLED);
      const line = [
        ["READY> ", "azora tenant:appl\t"],
        ["apply", "--file=tenants.y\t"],
        ["tenants.yaml", "\n"],
      ] as const;
      await type(bash, [["READY> ", "source ./script.bash\n"], ...line]);
      expect(called()).toEqual(["tenant:apply", "--file=tenants.yaml"]);
    },
    120_000,
  );
});

describe.skipIf(!has("zsh") || !hasTerminal)("zsh (skipped where zsh, or util-linux's script, isn't installed)", () => {
  it("completes both spellings, names of the database, options and files", async () => {
    writeFileSync(join(azora.home, "tenants.yaml"), "");
    await type("zsh -f -i", [["READY> ", "source ./script.zsh\n"], ...TYPED]);
    expect(called()).toEqual(CALLED);
    const line = [
      ["READY> ", "azora tenant:appl\t"],
      ["apply", "--file=tenants.y\t"],
      ["tenants.yaml", "\n"],
    ] as const;
    await type("zsh -f -i", [["READY> ", "source ./script.zsh\n"], ...line]);
    expect(called()).toEqual(["tenant:apply", "--file=tenants.yaml"]);
  }, 120_000);
});

describe.skipIf(!has("fish"))("fish (skipped where fish isn't installed)", () => {
  const inFish = (line: string) =>
    execFileSync("fish", ["--no-config", "-c", `source script.fish; complete -C ${JSON.stringify(line)}`], {
      env,
      cwd: azora.home,
      encoding: "utf8",
    })
      .split("\n")
      .filter(Boolean)
      .map((each) => each.split("\t")[0]);

  it.each([
    ["azora tenant:sh", ["tenant:show"]],
    ["azora tenant show ", ["acme"]],
    ["azora tenant:list --status=sus", ["--status=suspended"]],
    ["azora tenant:apply --file=tenants.y", ["--file=tenants.yaml"]],
  ])("%s", (line, expected) => {
    writeFileSync(join(azora.home, "tenants.yaml"), "");
    expect(inFish(line)).toEqual(expected);
  });
});

describe("the names", () => {
  const suggest = (words: string[], variables: Record<string, string> = {}) =>
    azora.run(["completion:suggest", "--", ...words], variables);
  const cache = () => join(azora.dataDir, "completion.json");

  it("are in a file for its owner alone, as the last command in the embedded database left them", async () => {
    expect(statSync(cache()).mode & 0o777).toBe(0o600);
    await azora.run(["tenant:create", "Beta", "--slug", "beta", "--owner-email", "o@beta.test"]);
    expect((await suggest(["tenant:show", "b"])).stdout).toBe("beta\t\n");
    await azora.run(["tenant:purge", "beta", "--now", "--confirm", "beta", "--reason", "x"]);
    expect(await suggest(["tenant:show", "b"])).toEqual({ exit: 0, stdout: "", stderr: "" });
  });

  it("are there while another process has the embedded database, and leave no lock", async () => {
    const engine = openEmbedded({ dataDir: azora.dataDir, controlLogin: "azora_admin" });
    await engine.pool("owner");
    const lock = readFileSync(join(azora.dataDir, "lock"), "utf8");
    expect((await suggest(["tenant:show", ""])).stdout).toBe("acme\t\n");
    expect(readFileSync(join(azora.dataDir, "lock"), "utf8")).toBe(lock);
    await engine.close();
    await suggest(["tenant:show", ""]);
    expect(existsSync(join(azora.dataDir, "lock"))).toBe(false);
  });

  it.each([
    ["nothing is set up", () => ({ AZORA_DATA_DIR: join(azora.home, "nothing-here") })],
    ["the settings are wrong", () => ({ AZORA_CONTROL_URL: "https://example.test" })],
    ["the server is down", () => ({ AZORA_CONTROL_URL: "postgresql://op:hunter2@127.0.0.1:1/azora" })],
  ])("are none, without a word, where %s", async (_what, variables) => {
    expect(await suggest(["tenant:show", ""], variables())).toEqual({ exit: 0, stdout: "", stderr: "" });
  });

  it("are as they were where a server is silent, after a second and not again for a while", async () => {
    let asked = 0;
    const silent = createServer(() => {
      asked += 1;
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const dataDir = join(azora.home, "beside");
    const url = `postgresql://op:hunter2@127.0.0.1:${(silent.address() as { port: number }).port}/azora`;
    const variables = { AZORA_DATA_DIR: dataDir, AZORA_CONTROL_URL: url };
    const file = join(dataDir, "completion.json");
    await suggest(["tenant:show", ""], variables);
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain("hunter2");
    const [[database, known]] = Object.entries(JSON.parse(text).databases) as [[string, { names: object }]];
    const older = { ...known, askedAt: 0, names: { ...known.names, tenants: ["kept"] } };
    writeFileSync(file, JSON.stringify({ version: 1, databases: { [database]: older } }));
    for (let each = 0; each < 2; each++) expect((await suggest(["tenant:show", ""], variables)).stdout).toBe("kept\t\n");
    silent.close();
    expect(asked).toBe(2);
  });

  it.each([
    "{",
    "{}",
    '{"version":1}',
    '{"version":1,"databases":{"embedded":{"askedAt":1,"names":{"tenants":"x"}}}}',
  ])("are not taken from a broken file: %s", async (broken) => {
    writeFileSync(cache(), broken);
    const config = loadConfig({ AZORA_DATA_DIR: azora.dataDir });
    expect((await completionNames(config)).tenants).toEqual([]);
    writeCache(config, undefined, { tenants: ["acme"], operators: [], plans: ["team"] });
    expect((await completionNames(config)).tenants).toEqual(["acme"]);
  });

  it("come from a server, as much as the login may read", async () => {
    const world = await World.open("server");
    const { serverUrl, password } = world.prepared;
    const ask = (role: OperatorRole, ...words: string[]) =>
      suggest(words, {
        AZORA_DATA_DIR: join(azora.home, role),
        AZORA_CONTROL_URL: urlsOf(serverUrl, world.place, password, OPERATORS[role]).control,
      });
    // A busy machine may take longer than the second that a completion waits, and then isn't asked for a minute.
    const first = async (role: OperatorRole, ...words: string[]) => {
      rmSync(join(azora.home, role), { recursive: true, force: true });
      return (await ask(role, ...words)).stdout;
    };
    await expect.poll(() => first("support", "tenant:show", ""), { timeout: 40_000 }).toBe("alpha\t\nbeta\t\n");
    expect((await ask("support", "tenant:plan", "alpha", "t")).stdout).toBe("team\t\n");
    expect((await ask("support", "operator:grant", "")).stdout).toBe("");
    await expect.poll(() => first("vendor-admin", "operator:grant", ""), { timeout: 40_000 }).toContain(OPERATORS.support);
    await world.close();
  }, 120_000);
});

describe("completion:install", () => {
  const install = (shell: Shell, dryRun = false) => installCompletion({ shell, home: azora.home, env: {}, dryRun });

  it.each(["bash", "zsh", "fish"] as const)("puts the script of %s in its place, once, and can tell before", async (shell) => {
    const planned = await install(shell, true);
    expect(planned).toMatchObject({ shell, changed: true, dryRun: true });
    expect(existsSync(planned.file)).toBe(false);
    const done = await install(shell);
    expect(done).toEqual({ ...planned, dryRun: false });
    expect(readFileSync(done.file, "utf8")).toBe(readFileSync(join(azora.home, `script.${shell}`), "utf8"));
    const { startUp } = done;
    const before = startUp && readFileSync(startUp.file, "utf8");
    expect(await install(shell)).toMatchObject({ changed: false });
    if (startUp) expect(readFileSync(startUp.file, "utf8")).toBe(before);
    expect(done.undo[0]).toBe(`rm ${done.file}`);
    // What an older azora left is brought up to date.
    writeFileSync(done.file, "# Completion of azora, as it once was\n");
    expect(await install(shell)).toMatchObject({ changed: true });
  });

  it.skipIf(!has("zsh") || !hasTerminal)("makes a new zsh complete (skipped where zsh, or a terminal, isn't there)", async () => {
    writeFileSync(join(azora.home, ".zshrc"), "alias x=y");
    await install("zsh");
    expect(readFileSync(join(azora.home, ".zshrc"), "utf8")).toMatch(/^alias x=y\n\[ -r .+ # completion of azora\n$/);
    await type("zsh -i -o no_global_rcs", [
      ["READY> ", "azora tenant:sh\t"],
      ["show", "ac\t"],
      ["acme", "\n"],
    ]);
    expect(called()).toEqual(["tenant:show", "acme"]);
  });

  it("leaves what somebody else put there", async () => {
    const { file } = await install("fish", true);
    writeFileSync(file, "# mine\n");
    await expect(install("fish")).rejects.toMatchObject({ code: "CONFLICT" });
    expect(readFileSync(file, "utf8")).toBe("# mine\n");
  });

  it("asks which shell where nobody says", async () => {
    const unknown = await azora.json(["completion:install"], { SHELL: "/bin/dash" });
    expect(unknown).toMatchObject({ exit: 6, document: { error: { code: "NEEDS_INPUT" } } });
    const found = await azora.run(["completion:install", "--dry-run"], { SHELL: "/usr/bin/zsh" });
    expect(found.stdout).toMatch(/^Shell\tzsh$/m);
    expect(found.stderr).toContain("nothing was changed");
  });
});
