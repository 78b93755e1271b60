import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Config } from "@oclif/core/config";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import type { AzoraCommand } from "../../src/cli/base-command.js";
import { CheckFailed } from "../../src/cli/failure.js";
import { explainParseError } from "../../src/cli/parse-error.js";
import { AzoraError } from "../../src/errors.js";
import { urlsOf } from "../support/server-template.js";
import { World } from "../support/world.js";
import { cases, PATH, SEED } from "./seed.js";
import { argv, type CommandShape } from "./words.js";

const root = new URL("../../", import.meta.url);
const { commands } = JSON.parse(readFileSync(new URL("oclif.manifest.json", root), "utf8")) as {
  readonly commands: Readonly<Record<string, CommandShape>>;
};

/** They set up or fill a database for seconds, or run until somebody ends them. */
const LONG = ["init", "quickstart", "restore", "backup", "audit:tail", "billing:webhook"];
const TRIED = Object.entries(commands).filter(([id]) => !LONG.includes(id));

interface CommandClass {
  run(argv: readonly string[], options: unknown): Promise<unknown>;
}

let world: World;
let oclif: Config;
const home = mkdtempSync(join(tmpdir(), "azora-fuzz-"));
const before = process.cwd();

beforeAll(async () => {
  world = await World.open("server");
  oclif = await Config.load({ root: new URL(".", root).pathname });
  const { contextKey, signingKey, serverUrl, password } = inject("prepared");
  const urls = urlsOf(serverUrl, world.place, password);
  for (const [name, value] of Object.entries({
    HOME: home,
    XDG_DATA_HOME: home,
    AZORA_DATA_DIR: join(home, "data"),
    AZORA_CONTROL_URL: urls.control,
    AZORA_TENANT_URL: urls.tenant,
    AZORA_CONTEXT_KEY: `${contextKey.id}:${contextKey.secret}`,
    AZORA_SIGNING_KEY: `${signingKey.id}:${signingKey.privateKey}`,
  }))
    process.env[name] = value;
  // A word may be taken for a file to write.
  process.chdir(home);
});
afterAll(async () => {
  process.chdir(before);
  await world?.close();
  rmSync(home, { recursive: true, force: true });
});

/** A hash of every row that a command could change, in either plane; the logs of who tried what aside. */
async function state(): Promise<string> {
  const tables = await world.look<{ name: string }>(`
    SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text IN ('control', 'tenant', 'guard')
      AND c.relname NOT IN ('admin_audit_log', 'audit_log') ORDER BY 1`);
  const parts = tables.map(
    ({ name }) =>
      `SELECT '${name}' AS name, md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) AS hash FROM ${name} t`,
  );
  return JSON.stringify(await world.look(parts.join(" UNION ALL ")));
}

async function run(id: string, words: readonly string[]): Promise<unknown> {
  const path = new URL(`src/commands/${id.replaceAll(":", "/")}.ts`, root);
  const { default: command } = (await import(pathToFileURL(path.pathname).href)) as {
    readonly default: CommandClass & typeof AzoraCommand;
  };
  return (command as CommandClass).run(words, oclif);
}

describe("every command's arguments", () => {
  it.each(TRIED)(
    `%s answers any in words, and changes nothing that it refuses (AZORA_FUZZ_SEED=${SEED})`,
    { timeout: 3_600_000 },
    async (id, shape) => {
      vi.spyOn(process.stdout, "write").mockReturnValue(true);
      vi.spyOn(process.stderr, "write").mockReturnValue(true);
      let known = await state();
      const property = fc.asyncProperty(argv(shape, join(home, "files")), async (words) => {
        let error: unknown;
        try {
          await run(id, words);
        } catch (thrown) {
          error = explainParseError(thrown, id, words);
        }
        const now = await state();
        if (error !== undefined) {
          expect(error, String((error as Error).stack)).toBeInstanceOf(AzoraError);
          // Work that was done in part says so, with what became of it.
          if (!(error instanceof CheckFailed)) expect(now).toBe(known);
        }
        known = now;
      });
      await fc.assert(property, { seed: SEED, numRuns: cases(1), ...PATH });
    },
  );
});
