import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { RUN } from "../cli/azora.js";
import { urlsOf } from "../support/server-template.js";
import { World } from "../support/world.js";

/** The commands of docs/examples/github-actions.yml, typed as they stand there, in a checkout with a file of tenants. */

interface Job {
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly run?: string; readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const workflow = parse(readFileSync(join(root, "docs/examples/github-actions.yml"), "utf8")) as { jobs: Record<string, Job> };

const TENANTS = "tenants:\n  - slug: acme\n    name: Acme\n    ownerEmail: owner@acme.test\n";

describe("docs/examples/github-actions.yml", () => {
  const checkout = mkdtempSync(join(tmpdir(), "azora-actions-"));
  let world: World;
  beforeAll(async () => {
    world = await World.open("server");
    cpSync(join(root, "prisma"), join(checkout, "prisma"), { recursive: true });
    writeFileSync(join(checkout, "tenants.yaml"), TENANTS);
  });
  afterAll(async () => {
    await world?.close();
    rmSync(checkout, { recursive: true, force: true });
  });

  /** Runs a job's commands, with the secrets of this test. @returns their exit codes, up to the first that isn't 0 */
  async function runJob(name: string): Promise<number[]> {
    const { env = {}, steps } = workflow.jobs[name] as Job;
    const { serverUrl, password, contextKey } = world.prepared;
    const urls = urlsOf(serverUrl, world.place, password);
    const given: Record<string, string> = {
      ...{
        "secrets.AZORA_OWNER_URL": urls.owner,
        "secrets.AZORA_CONTROL_URL": urls.control,
        "secrets.AZORA_TENANT_URL": urls.tenant,
      },
      ...{ "secrets.AZORA_CONTEXT_KEY": `${contextKey.id}:${contextKey.secret}`, "github.run_id": "4711" },
    };
    const value = (text: string) =>
      text.replace(/\$\{\{ (\S+) \}\}/g, (_, expression: string) => {
        expect(Object.keys(given)).toContain(expression);
        return given[expression] ?? "";
      });
    const variables = Object.fromEntries(Object.entries(env).map(([key, text]) => [key, value(text)]));
    const exits: number[] = [];
    for (const { run } of steps) {
      if (run === undefined || run === "npm ci") continue;
      const [npx, azora, ...words] = run.split(" ");
      expect([npx, azora]).toEqual(["npx", "azora"]);
      exits.push(await azoraIn(checkout, words, variables));
      if (exits.at(-1) !== 0) break;
    }
    return exits;
  }

  const filesOf = (job: string, action: string, key: string) =>
    workflow.jobs[job]?.steps.filter(({ uses }) => uses?.startsWith(action)).map((step) => String(step.with?.[key])) ?? [];

  it("review: passes what keeps tenants apart, and fails on a table without its account, with a line for the review", async () => {
    expect(await runJob("review")).toEqual([0]);
    const planted = join(checkout, "prisma/migrations/99991231000000_notes");
    mkdirSync(planted);
    writeFileSync(join(planted, "migration.sql"), "CREATE TABLE tenant.notes (id uuid PRIMARY KEY, text text NOT NULL);\n");
    expect(await runJob("review")).toEqual([9]);
    const [sarif = ""] = filesOf("review", "github/codeql-action/upload-sarif", "sarif_file");
    expect(readFileSync(join(checkout, sarif), "utf8")).toContain("tenant.notes");
    rmSync(planted, { recursive: true });
  });

  it("plan and apply: makes what was planned, and nothing when the tenants have changed since", async () => {
    expect(await runJob("plan")).toEqual([0]);
    const [plan = ""] = filesOf("plan", "actions/upload-artifact", "path");
    expect(await world.look("SELECT FROM control.accounts WHERE slug = 'acme'")).toEqual([]);
    expect(await runJob("apply")).toEqual([0]);
    expect(await world.look("SELECT FROM control.accounts WHERE slug = 'acme'")).toHaveLength(1);
    expect(await world.look("SELECT FROM control.admin_audit_log WHERE request_id = 'github-4711'")).not.toEqual([]);
    rmSync(join(checkout, plan));
    writeFileSync(join(checkout, "tenants.yaml"), `${TENANTS}    plan: team\n`);
    expect(await runJob("plan")).toEqual([0]);
    await world.look("UPDATE control.accounts SET name = 'Acme Inc.' WHERE slug = 'acme'");
    expect(await runJob("apply")).toEqual([5]);
  });

  it("verify: is clean, with a report of what was tried", async () => {
    expect(await runJob("verify")).toEqual([0]);
    const [junit = ""] = filesOf("verify", "actions/upload-artifact", "path");
    expect(existsSync(join(checkout, junit))).toBe(true);
  }, 120_000);
});

function azoraIn(cwd: string, words: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const environment = { PATH: process.env.PATH ?? "", HOME: cwd, AZORA_DATA_DIR: join(cwd, "none"), ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, [RUN, ...words], { cwd, env: environment }, (error) => {
      resolve(error ? Number(error.code) : 0);
    });
  });
}
