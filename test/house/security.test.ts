import { readFileSync } from "node:fs";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Azora } from "../cli/azora.js";
import { OPERATORS } from "../support/prepare.js";
import { urlOf, urlsOf } from "../support/server-template.js";
import { World } from "../support/world.js";
import { makes, ROOT, readNamed, type Step, stepsOf } from "./guide.js";

const page = readFileSync(`${ROOT}/docs/security.md`, "utf8");
const LOGINS: Readonly<Record<string, string>> = { vendor_admin: OPERATORS["vendor-admin"], support: OPERATORS.support };

/** What a page names that isn't there, in words: files, what they make, and titles of tests. */
function missing(text: string): string[] {
  const places = text.matchAll(/`((?:src|test|prisma|bin|docs)\/[^`\s]+)`(?:: ((?:`[^`]+`(?:, )?)+)| \("([^"]+)"\))?/g);
  return [...places].flatMap(([, file = "", symbols = "", title = ""]) => {
    const source = readNamed(file);
    if (source === undefined) return [file];
    const unmade = [...symbols.matchAll(/`([^`]+)`/g)].filter(([, symbol = ""]) => !makes(source, symbol));
    return [...unmade.map(([, symbol]) => `${file}: ${symbol}`), ...(source.includes(title) ? [] : [`${file}: ${title}`])];
  });
}

/** Commands of azora that a page has typed in, or names in code, and that don't exist or have no such flag. */
function unknownCommands(text: string): string[] {
  const { commands } = JSON.parse(readFileSync(`${ROOT}/oclif.manifest.json`, "utf8")) as {
    commands: Record<string, { flags: Record<string, unknown> }>;
  };
  const named = [...text.matchAll(/`(azora [^`]+)`/g)].map(([, line = ""]) => line);
  const typed = stepsOf(text).flatMap((step) => (step.kind === "sh" ? [step.text] : []));
  return [...named, ...typed].filter((line) => {
    const [, id = ""] = /azora (\S+)/.exec(line) ?? [];
    const flags = [...line.matchAll(/ --([a-z-]+)/g)].map(([, flag = ""]) => flag);
    return !commands[id] || flags.some((flag) => !(flag in (commands[id]?.flags ?? {})));
  });
}

describe("docs/security.md", () => {
  it("names files, functions, tables and tests that are there", () => {
    expect(missing(page)).toEqual([]);
    const wrong =
      '`src/errors.ts`: `AzoraError`, `gone`; `src/gone.ts`; `prisma/migrations/*_guard`: `guard.gone`; `src/errors.ts` ("gone")';
    expect(missing(wrong)).toEqual([
      "src/errors.ts: gone",
      "src/gone.ts",
      "prisma/migrations/*_guard: guard.gone",
      "src/errors.ts: gone",
    ]);
  });

  it("names commands and flags that are there", () => {
    expect(unknownCommands(page)).toEqual([]);
    expect(unknownCommands("`azora tenant:vanish` and `azora tenant:list --everything`")).toHaveLength(2);
  });

  it("says of each claim where it is kept, what proves it and what remains", () => {
    const claims = page.split(/^### /m).slice(1);
    const numbered = claims.filter((claim) => /^\d+\. /.test(claim));
    expect(numbered.length).toBeGreaterThan(15);
    for (const claim of numbered) {
      for (const part of ["- Where: `", "- Proof: ", "- Remains: "]) expect(claim, claim.split("\n")[0]).toContain(part);
    }
  });
});

it("a block whose answer is missing is no block", () => {
  expect(() => stepsOf("```sql\n-- as superuser\nSELECT 1;\n--> 1\nSELECT 2;\n```\n")).toThrow("SELECT 2");
  expect(() => stepsOf("```sql\nSELECT 1;\n--> 1\n```\n")).toThrow("names no login");
});

describe("docs/security.md, typed in", () => {
  const azora = new Azora();
  let world: World;
  beforeAll(async () => {
    world = await World.open("server");
  });
  afterAll(async () => {
    await world?.close();
    await azora.remove();
  });

  /** What a login gets for one statement: its one value, or the error. */
  async function ask({ login, text }: Step): Promise<string> {
    const { serverUrl, password } = world.prepared;
    const name = LOGINS[login] ?? login;
    const connectionString =
      login === "superuser" ? urlOf(serverUrl, world.place) : urlOf(serverUrl, world.place, name, password);
    const client = new Client({ connectionString });
    await client.connect();
    try {
      const { rows, command, rowCount } = await client.query({ text, rowMode: "array" });
      return rows.length > 0 ? rows.flat().join(", ") : `${command} ${rowCount ?? ""}`.trim();
    } catch (error) {
      return `ERROR: ${(error as Error).message}`;
    } finally {
      await client.end();
    }
  }

  /** What a command ends with, and whether it prints the words that the page promises. */
  async function run({ text, answer }: Step): Promise<string> {
    const { serverUrl, password, contextKey, signingKey } = world.prepared;
    const operator = text.startsWith("AZORA_CONTROL_URL=$SUPPORT_URL ") ? OPERATORS.support : OPERATORS["vendor-admin"];
    const { owner, control, tenant } = urlsOf(serverUrl, world.place, password, operator);
    const { exit, stdout, stderr } = await azora.run(text.replace(/^.*?azora /, "").split(" "), {
      AZORA_OWNER_URL: owner,
      AZORA_CONTROL_URL: control,
      AZORA_TENANT_URL: tenant,
      AZORA_CONTEXT_KEY: `${contextKey.id}:${contextKey.secret}`,
      AZORA_SIGNING_KEY: `${signingKey.id}:${signingKey.privateKey}`,
    });
    const [, words = ""] = answer.split(/^\d+ /);
    return `${exit}${words && (stdout + stderr).includes(words) ? ` ${words}` : ` ${stdout}${stderr}`}`.trim();
  }

  it("answers what the page says, step by step", async () => {
    const steps = stepsOf(page);
    expect(steps.length).toBeGreaterThan(20);
    for (const step of steps) {
      expect(step.kind === "sql" ? await ask(step) : await run(step), step.text).toBe(step.answer);
    }
  }, 300_000);
});
