import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEmbedded } from "../../src/database/embedded/engine.js";
import { directoryOf, WEBSHOP } from "../support/samples/samples.js";
import { type Azora, initialised } from "./azora.js";

const SHOP = ["--accounts-table", "shops", "--exclude", "countries=the same for every shop"];

describe("guard:plan and guard:apply", () => {
  let azora: Azora;
  beforeAll(async () => {
    azora = await initialised();
    const engine = openEmbedded({ dataDir: azora.dataDir, controlLogin: "azora_admin" });
    const owner = await engine.pool("owner");
    await owner.query(await readFile(new URL("schema.sql", directoryOf(WEBSHOP)), "utf8"));
    await engine.close();
  });
  afterAll(() => azora?.remove());

  it("prints a script on stdout and nothing else", async () => {
    const { exit, stdout, stderr } = await azora.run(["guard:plan", ...SHOP]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toMatch(/^-- How to bring postgres under guard\./);
    expect(stdout).toContain("-- [changes] public.orders_number_key holds across all accounts today");
    expect(stdout).toContain("SELECT guard.protect('public.orders', account_column => 'account_id');");
    for (const line of stdout.split("\n").filter((each) => each.startsWith("[") || each.startsWith("Lock")))
      expect(line).toBe("");
  });

  it("says what needs a decision, with exit code 9 and no steps", async () => {
    const { exit, document } = await azora.json(["guard:plan", "--accounts-table", "shops"]);
    expect({ exit, error: document.error }).toMatchObject({
      exit: 9,
      error: { code: "VIOLATIONS", hint: expect.stringContaining("--exclude public.countries=REASON") },
    });
    expect(document.result).toMatchObject({ isBlocked: true, steps: [] });
    expect(document.result.findings).toContainEqual(
      expect.objectContaining({ severity: "blocks", code: "NO_ACCOUNT", table: "public.countries" }),
    );
    expect(await azora.json(["guard:apply", "--accounts-table", "shops", "--confirm", "postgres"])).toMatchObject({
      exit: 5,
      document: { error: { code: "CONFLICT" } },
    });
  });

  it.each([
    { args: ["guard:plan", "--accounts-table", "nothing"], exit: 3, code: "NOT_FOUND" },
    { args: ["guard:plan", "--accounts-table", "shops", "--exclude", "countries"], exit: 2, code: "USAGE" },
    { args: ["guard:plan", "--accounts-table", "shops", "--accounts-key", "nokey"], exit: 2, code: "INVALID_INPUT" },
    { args: ["guard:apply", ...SHOP], exit: 6, code: "NEEDS_CONFIRMATION" },
    { args: ["guard:apply", ...SHOP, "--confirm", "another"], exit: 6, code: "NEEDS_CONFIRMATION" },
  ])("refuses $args", async ({ args, exit, code }) => {
    expect(await azora.json(args)).toMatchObject({ exit, document: { error: { code } } });
  });

  it("shows what is left, does it, and has nothing to do the second time", async () => {
    const dry = await azora.json(["guard:apply", ...SHOP, "--dry-run"]);
    expect(dry).toMatchObject({ exit: 0, document: { result: { dryRun: true, done: [], database: "postgres" } } });
    const { left } = dry.document.result;
    expect(left.length).toBeGreaterThan(50);
    const applied = await azora.json(["guard:apply", ...SHOP, "--confirm", "postgres"]);
    expect(applied).toMatchObject({ exit: 0, document: { result: { done: left, left: [] } } });
    const again = await azora.run(["guard", "apply", ...SHOP, "--confirm", "postgres"]);
    expect(again).toMatchObject({ exit: 0, stderr: expect.stringContaining("Nothing was left to do.") });
    expect((await azora.run(["guard:plan", ...SHOP])).stdout).toContain("-- Nothing is left to do.");
  });

  it("leaves an installation that doctor finds nothing wrong with, and tenants that the commands know", async () => {
    expect(await azora.json(["doctor"])).toMatchObject({ exit: 0, document: { result: { ok: true } } });
    const { document } = await azora.json(["tenant:list"]);
    expect(document.result.tenants.map(({ slug }: { slug: string }) => slug)).toEqual(["shop-1", "shop-2", "shop-3"]);
    const purged = await azora.json(["tenant:purge", "shop-2", "--now", "--confirm", "shop-2"]);
    expect(purged.document.result.receipt.counts).toMatchObject({ "public.orders": 60, "public.order_lines": 120 });
  });
});
