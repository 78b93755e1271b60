import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEmbedded } from "../../src/database/embedded/engine.js";
import { type Azora, initialised } from "./azora.js";

let azora: Azora;
beforeAll(async () => {
  azora = await initialised();
  await azora.run(["tenant:create", "Acme", "--slug", "acme", "--owner-email", "owner@acme.test"]);
});
afterAll(() => azora.remove());

const NEW = ["tenant:create", "New", "--slug", "new", "--owner-email", "owner@new.test"];

function withFlag(flag: string, value: string): string[] {
  return NEW.map((word, at) => (NEW[at - 1] === flag ? value : word));
}

interface Case {
  readonly args: readonly string[];
  readonly env?: () => Record<string, string>;
  readonly code: string;
  readonly exit: number;
  readonly says: string | RegExp;
  /** It takes the database to find out, which is slow: the text for people is tried on the others. */
  readonly opens?: true;
}

const UNREACHABLE = "postgresql://operator:hunter2@127.0.0.1:1/azora";

const CASES: Record<string, Case> = {
  "an unknown slug": { args: ["tenant:show", "nobody"], code: "NOT_FOUND", exit: 3, says: '"nobody"' },
  "an unknown slug to suspend": {
    opens: true,
    args: ["tenant:suspend", "nobody", "--reason", "x", "--yes"],
    code: "NOT_FOUND",
    exit: 3,
    says: '"nobody"',
  },
  "an unknown slug to resume": { opens: true, args: ["tenant:resume", "nobody"], code: "NOT_FOUND", exit: 3, says: '"nobody"' },
  "an unknown slug to purge": {
    opens: true,
    args: ["tenant:purge", "nobody", "--confirm", "nobody"],
    code: "NOT_FOUND",
    exit: 3,
    says: '"nobody"',
  },
  "an unknown slug to export": {
    opens: true,
    args: ["audit:export", "--tenant", "nobody"],
    code: "NOT_FOUND",
    exit: 3,
    says: '"nobody"',
  },
  "an unknown plan": { opens: true, args: [...NEW, "--plan", "platinum"], code: "NOT_FOUND", exit: 3, says: "platinum" },
  "a bad e-mail": { args: withFlag("--owner-email", "owner at new"), code: "INVALID_INPUT", exit: 2, says: "e-mail" },
  "a bad slug": { args: withFlag("--slug", "New_Tenant"), code: "INVALID_INPUT", exit: 2, says: "lower-case" },
  "an empty name": { args: NEW.map((word) => (word === "New" ? " " : word)), code: "INVALID_INPUT", exit: 2, says: "name" },
  "an empty reason": {
    opens: true,
    args: ["tenant:suspend", "acme", "--reason", " ", "--yes"],
    code: "INVALID_INPUT",
    exit: 2,
    says: "reason",
  },
  "a slug that is taken": { opens: true, args: withFlag("--slug", "acme"), code: "ALREADY_EXISTS", exit: 5, says: "acme" },
  "a limit of nothing": { args: ["tenant:list", "--limit", "0"], code: "INVALID_INPUT", exit: 2, says: "1 to 1000" },
  "a limit that is no number": { args: ["tenant:list", "--limit", "all"], code: "INVALID_INPUT", exit: 2, says: "1 to 1000" },
  "a day that doesn't exist": {
    args: ["audit:export", "--control-plane", "--since", "2026-02-31"],
    code: "INVALID_INPUT",
    exit: 2,
    says: "--since",
  },
  "a period the wrong way round": {
    args: ["audit:export", "--control-plane", "--since", "2026-03-01", "--until", "2026-02-01"],
    code: "INVALID_INPUT",
    exit: 2,
    says: "before --until",
  },
  "an action that the log doesn't know": {
    opens: true,
    args: ["audit:export", "--tenant", "acme", "--action", "dance"],
    code: "INVALID_INPUT",
    exit: 2,
    says: "dance",
  },
  "a wrong URL": {
    args: ["tenant:list"],
    env: () => ({ AZORA_CONTROL_URL: "https://hunter2.test" }),
    code: "CONFIG_INVALID",
    exit: 2,
    says: "AZORA_CONTROL_URL",
  },
  "a URL given twice": {
    args: ["tenant:list"],
    env: () => ({ AZORA_CONTROL_URL: UNREACHABLE, AZORA_CONTROL_URL_FILE: "x" }),
    code: "CONFIG_INVALID",
    exit: 2,
    says: "AZORA_CONTROL_URL_FILE",
  },
  "a database that is down": {
    args: ["tenant:list"],
    env: () => ({ AZORA_CONTROL_URL: UNREACHABLE }),
    code: "UNREACHABLE",
    exit: 8,
    says: "postgresql://operator:***@127.0.0.1:1/azora",
  },
  "a login that isn't configured": {
    args: ["tenant:list"],
    env: () => ({ AZORA_TENANT_URL: UNREACHABLE }),
    code: "NOT_CONFIGURED",
    exit: 2,
    says: "AZORA_CONTROL_URL",
  },
  "a tenant's slug without a control plane": {
    args: ["audit:export", "--tenant", "acme"],
    env: () => ({ AZORA_TENANT_URL: UNREACHABLE }),
    code: "INVALID_INPUT",
    exit: 2,
    says: "named by its id",
  },
  "no installation": {
    args: ["tenant:list"],
    env: () => ({ AZORA_DATA_DIR: join(azora.home, "nothing-here") }),
    code: "NOT_CONFIGURED",
    exit: 2,
    says: "not set up",
  },
  "a configuration file that is broken": {
    args: ["tenant:list"],
    env: () => ({ AZORA_DATA_DIR: directoryWith("broken", "{") }),
    code: "CONFIG_INVALID",
    exit: 2,
    says: "config.json",
  },
  // A file in the directory's place is refused to root too, unlike a mode.
  "a directory that can't be written": {
    args: ["init", "--embedded"],
    env: () => ({ AZORA_DATA_DIR: join(azora.dataDir, "config.json", "below") }),
    code: "FAILURE",
    exit: 1,
    says: "AZORA_DATA_DIR",
  },
  "an init that can't ask": {
    args: ["init"],
    env: () => ({ AZORA_DATA_DIR: join(azora.home, "to-ask-about") }),
    code: "NEEDS_INPUT",
    exit: 6,
    says: "--embedded",
  },
  "a server to set up, without consent": {
    args: ["init"],
    env: () => ({ AZORA_OWNER_URL: UNREACHABLE, AZORA_DATA_DIR: join(azora.home, "to-ask-about") }),
    code: "NEEDS_CONFIRMATION",
    exit: 6,
    says: "--yes",
  },
  "a server to set up that is down": {
    args: ["init", "--yes"],
    env: () => ({ AZORA_OWNER_URL: UNREACHABLE, AZORA_DATA_DIR: join(azora.home, "to-ask-about") }),
    code: "UNREACHABLE",
    exit: 8,
    says: "***@127.0.0.1:1",
  },
  "a backup that isn't there, before consent is asked for": {
    args: ["restore", "nowhere.tar"],
    code: "NOT_FOUND",
    exit: 3,
    says: "There is no file nowhere.tar",
  },
  "a receipt that isn't there": {
    args: ["receipt:verify", "nowhere.json"],
    code: "INVALID_INPUT",
    exit: 2,
    says: "no such file",
  },
  "a manifest that isn't there": {
    args: ["tenant:apply", "-f", "nowhere.yaml"],
    code: "NOT_FOUND",
    exit: 3,
    says: "--format yaml",
  },
  "a file of a URL that isn't there": {
    args: ["init", "--owner-url-file", "/nowhere/url"],
    code: "CONFIG_INVALID",
    exit: 2,
    says: "--owner-url-file",
  },
};

function directoryWith(name: string, config: string): string {
  const directory = join(azora.home, name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "config.json"), config);
  return directory;
}

/** The same code both ways, one clear message, no stack, no secret. */
async function expectFailure({ args, env, code, exit, says, opens }: Case): Promise<void> {
  const variables = env?.() ?? {};
  const { exit: jsonExit, stdout, document } = await azora.json(args, variables);
  expect(document).toMatchObject({ ok: false, error: { code, exit } });
  expect(jsonExit).toBe(exit);
  const { message, hint } = document.error as NonNullable<typeof document.error>;
  expect(`${message} ${hint}`).toMatch(says);
  expect(stdout).not.toMatch(/hunter2|^\s+at /m);
  if (opens) return;
  const text = await azora.run(args, variables);
  expect(text).toMatchObject({ exit, stdout: "" });
  expect(text.stderr).toContain(`[${code}] ${message}`);
  expect(text.stderr.trim().split("\n").length).toBeLessThanOrEqual(2);
  expect(text.stderr).not.toMatch(/hunter2|^\s+at /m);
}

describe("bad input", () => {
  it.each(Object.keys(CASES))("%s", async (name) => {
    await expectFailure(CASES[name] as Case);
  });

  it("a stack trace only with DEBUG", async () => {
    const { stderr } = await azora.run(["tenant:list"], { AZORA_CONTROL_URL: UNREACHABLE, DEBUG: "1" });
    expect(stderr).toMatch(/^\s+at /m);
    expect(stderr).not.toContain("hunter2");
  });
});

describe("a database of another version", () => {
  const copyOf = (name: string): string => {
    const directory = join(azora.home, name);
    cpSync(azora.dataDir, directory, { recursive: true });
    return directory;
  };

  const change = async (dataDir: string, sql: string) => {
    const engine = openEmbedded({ dataDir, controlLogin: "azora_admin" });
    await (await engine.pool("owner")).query(sql);
    await engine.close();
  };

  it("that lacks a migration is refused, and named by db:status", async () => {
    const dataDir = copyOf("older");
    await change(dataDir, "DELETE FROM azora._prisma_migrations WHERE migration_name LIKE '%control_plane'");
    const env = () => ({ AZORA_DATA_DIR: dataDir });
    await expectFailure({ args: ["tenant:list"], env, code: "NOT_MIGRATED", exit: 5, says: "db:migrate", opens: true });
    const status = await azora.json(["db:status"], env());
    expect(status).toMatchObject({ exit: 9, document: { ok: false, error: { code: "VIOLATIONS" }, result: { unknown: [] } } });
    expect(status.document.result.pending).toHaveLength(1);
    const dry = await azora.json(["db:migrate", "--dry-run"], env());
    expect(dry.document.result).toMatchObject({ applied: [], dryRun: true, pending: status.document.result.pending });
    expect((await azora.json(["doctor"], env())).exit).toBe(9);
  });

  it("that is newer is refused", async () => {
    const dataDir = copyOf("newer");
    await change(
      dataDir,
      "INSERT INTO azora._prisma_migrations (id, checksum, finished_at, migration_name) VALUES ('x', 'x', now(), '29990101000000_future')",
    );
    const env = () => ({ AZORA_DATA_DIR: dataDir });
    await expectFailure({
      args: ["tenant:list"],
      env,
      code: "DATABASE_NEWER",
      exit: 5,
      says: "29990101000000_future",
      opens: true,
    });
    await expectFailure({
      args: ["db:migrate"],
      env,
      code: "DATABASE_NEWER",
      exit: 5,
      says: "29990101000000_future",
      opens: true,
    });
    expect((await azora.json(["db:status"], env())).document.result.unknown).toEqual(["29990101000000_future"]);
  });

  it("that is empty is refused", async () => {
    const dataDir = directoryWith("empty", JSON.stringify(emptyConfig));
    await expectFailure({
      args: ["tenant:list"],
      env: () => ({ AZORA_DATA_DIR: dataDir }),
      code: "NOT_MIGRATED",
      exit: 5,
      says: "db:migrate",
      opens: true,
    });
  });

  const emptyConfig = {
    version: 1,
    engine: "embedded",
    controlLogin: "postgres",
    contextKey: { id: "k", secret: Buffer.alloc(32).toString("base64") },
    signingKey: { id: "s", privateKey: "" },
  };
});

describe("a second process on the embedded directory", () => {
  it("is refused with the name of the first", async () => {
    const engine = openEmbedded({ dataDir: azora.dataDir, controlLogin: "azora_admin" });
    await engine.pool("owner");
    try {
      await expectFailure({ args: ["tenant:list"], code: "LOCKED", exit: 5, says: new RegExp(`process ${process.pid}\\b`) });
    } finally {
      await engine.close();
    }
    expect((await azora.run(["tenant:list"])).exit).toBe(0);
  });
});
