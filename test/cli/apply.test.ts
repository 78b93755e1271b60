import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AzoraOnServer } from "./azora.js";

let azora: AzoraOnServer;
beforeAll(async () => {
  azora = await AzoraOnServer.open();
});
afterAll(() => azora.remove());

const file = (name: string, content: string): string => {
  writeFileSync(join(azora.home, name), content);
  return name;
};
const entry = (slug: string, more = "") =>
  `  - slug: ${slug}\n    name: Company ${slug}\n    ownerEmail: owner@${slug}.test\n${more}`;
const TWO = `tenants:\n${entry("acme", "    plan: team\n")}${entry("bolt")}`;
const total = async () => (await azora.json(["tenant:list"])).document.result.total as number;

describe("tenant:apply", () => {
  it("shows a plan with --dry-run, as a table and as JSON, and changes nothing", async () => {
    const { exit, stdout, stderr } = await azora.run(["tenant:apply", "-f", file("two.yaml", TWO), "--dry-run"]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "2 to create, 0 unchanged. Nothing was changed.\n" });
    expect(stdout.split("\n").map((line) => line.split("\t").slice(0, 2))).toEqual([
      ["ACTION", "SLUG"],
      ["create", "acme"],
      ["create", "bolt"],
      [""],
    ]);
    const { document } = await azora.json(["tenant:apply", "-f", "two.yaml", "--dry-run"]);
    expect(document.result).toMatchObject({
      dryRun: true,
      applied: null,
      plan: { steps: [{ action: "create" }, {}], unchanged: 0 },
    });
    expect(await total()).toBe(0);
  });

  it("needs consent: nothing is touched without it, whatever a pipe says", async () => {
    const { exit, stdout, stderr } = await azora.run(["tenant:apply", "-f", "two.yaml"], {}, "y\n");
    expect({ exit, stdout, stderr }).toMatchObject({ exit: 6, stdout: "", stderr: expect.stringContaining("--yes") });
    expect(await total()).toBe(0);
  });

  it("makes what the file says, and nothing the second time, when it needs no consent either", async () => {
    const made = await azora.json(["tenant:apply", "-f", "two.yaml", "--yes"]);
    expect(made).toMatchObject({ exit: 0, stderr: "", document: { result: { applied: { created: 2, failed: [] } } } });
    const again = await azora.json(["tenant:apply", "-f", "two.yaml"]);
    expect(again).toMatchObject({ exit: 0, document: { result: { applied: { created: 0, unchanged: 2 } } } });
    const { document } = await azora.json(["tenant:show", "acme"]);
    expect(document.result.tenant).toMatchObject({ name: "Company acme", plan: "team", contactEmail: "owner@acme.test" });
  });

  it("says in the admin audit log which command it was", async () => {
    const { stdout } = await azora.run(["audit:export", "--control-plane", "--action", "tenant.create"]);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).command),
    ).toEqual(["tenant:apply", "tenant:apply"]);
  });

  it("does what it can when a tenant fails: exit code 1, and the result says which", async () => {
    const long = `    metadata: {text: "${"x".repeat(20_000)}"}\n`;
    const answer = await azora.json([
      "tenant:apply",
      "-f",
      file("some.yaml", `${TWO}${entry("core")}${entry("bad", long)}`),
      "--yes",
    ]);
    expect(answer).toMatchObject({
      exit: 1,
      document: {
        ok: false,
        error: { code: "INCOMPLETE", exit: 1 },
        result: { applied: { created: 1, failed: [{ slug: "bad" }] } },
      },
    });
    const said = await azora.run(["tenant:apply", "-f", "some.yaml", "--yes"]);
    expect(said).toMatchObject({ exit: 1, stdout: expect.stringMatching(/^FAILED\tCODE\tMESSAGE\nbad\t/m) });
  });

  it.each([
    ["every problem on a line of its own, with its place", `${TWO}    plam: free\n${entry("No-Slug")}`, 2],
    ["one in one line", `${TWO}    plam: free\n`, 1],
    ["no YAML at all", "tenants: [", 1],
  ])("%s", async (_, content, problems) => {
    const { exit, document, stderr } = await azora.json(["tenant:apply", "-f", file("bad.yaml", content), "--yes"]);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: "" });
    expect(document).toMatchObject({ error: { code: "INVALID_INPUT", message: expect.stringMatching(/bad\.yaml:\d+:\d+: /) } });
    expect((document.result as { problems: object[] }).problems).toHaveLength(problems);
    const said = await azora.run(["tenant:apply", "-f", "bad.yaml", "--yes"]);
    expect(said.stderr.split("\n").filter((line) => line.includes("bad.yaml:")).length).toBe(problems === 1 ? 1 : problems + 1);
  });

  it.each([
    [["tenant:apply"], 2, "USAGE"],
    [["tenant:apply", "-f", "nowhere.yaml", "--yes"], 3, "NOT_FOUND"],
    [["tenant:apply", "--plan", "nowhere.plan", "--yes"], 3, "NOT_FOUND"],
    [["tenant:apply", "--plan", "two.yaml", "--yes"], 2, "INVALID_INPUT"],
    [["tenant:apply", "-f", "two.yaml", "--plan", "x"], 2, "USAGE"],
    [["tenant:apply", "-f", "two.yaml", "--after", "30d"], 2, "USAGE"],
    [["tenant:apply", "-f", "two.yaml", "--prune", "--after", "soon"], 2, "INVALID_INPUT"],
    [["tenant:apply", "-f", "two.yaml", "--plan-out", "two.yaml"], 5, "ALREADY_EXISTS"],
    [["tenant:list", "--format", "yaml", "--limit", "5"], 2, "USAGE"],
  ])("%j ends with exit code %d", async (args, exit, code) => {
    expect(await azora.json(args)).toMatchObject({ exit, document: { error: { code, exit } } });
  });
});

describe("--prune", () => {
  it("needs the number of tenants that are to go; --yes is not enough", async () => {
    const prune = ["tenant:apply", "-f", "two.yaml", "--prune"];
    for (const flags of [["--yes"], ["--confirm", "2"]]) {
      expect(await azora.json([...prune, ...flags])).toMatchObject({
        exit: 6,
        document: { error: { code: "NEEDS_CONFIRMATION" } },
      });
    }
    const done = await azora.json([...prune, "--after", "7d", "--reason", "contract ended", "--confirm", "1"]);
    expect(done).toMatchObject({ exit: 0, document: { result: { applied: { pruned: 1 } } } });
    const { tenant } = (await azora.json(["tenant:show", "core"])).document.result;
    expect(tenant).toMatchObject({
      status: "purge-scheduled",
      purgeReason: "contract ended",
      suspensionReason: "contract ended",
    });
  });
});

describe("a plan in a file", () => {
  const wanted = `tenants:\n${entry("acme", "    status: suspended\n")}${entry("dome")}`;

  it("is written for its owner alone, changes nothing, and is carried out later", async () => {
    const out = await azora.run([
      "tenant:apply",
      "-f",
      file("later.yaml", wanted),
      "--plan-out",
      "later.plan",
      "--reason",
      "audit",
    ]);
    expect(out).toMatchObject({ exit: 0, stderr: expect.stringContaining("--plan later.plan") });
    expect(statSync(join(azora.home, "later.plan")).mode & 0o777).toBe(0o600);
    expect((await azora.run(["tenant:show", "dome"])).exit).toBe(3);
    const done = await azora.json(["tenant:apply", "--plan", "later.plan", "--yes"]);
    expect(done).toMatchObject({ exit: 0, document: { result: { applied: { created: 1, updated: 1 } } } });
    expect((await azora.json(["tenant:show", "acme"])).document.result.tenant).toMatchObject({ suspensionReason: "audit" });
    expect(await azora.json(["tenant:apply", "--plan", "later.plan", "--yes"])).toMatchObject({ exit: 0 });
  });

  it("is refused when the world has moved", async () => {
    await azora.run(["tenant:apply", "-f", file("more.yaml", `${wanted}${entry("edge")}`), "--plan-out", "more.plan"]);
    await azora.run(["tenant:create", "Other", "--slug", "edge", "--owner-email", "o@o.test"]);
    const refused = await azora.json(["tenant:apply", "--plan", "more.plan", "--yes"]);
    expect(refused).toMatchObject({
      exit: 5,
      document: { error: { code: "CONFLICT", message: expect.stringContaining('"edge"') } },
    });
  });
});

describe("tenant:list --format yaml", () => {
  it("writes all tenants as tenant:apply reads them: nothing is to do, not even with --prune", async () => {
    const { exit, stdout, stderr } = await azora.run(["tenant:list", "--format", "yaml"]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toContain("# purge-scheduled: it has no status here");
    const again = await azora.json(["tenant:apply", "-f", file("all.yaml", stdout), "--prune"]);
    expect(again).toMatchObject({ exit: 0, document: { result: { plan: { steps: [] }, applied: { unchanged: 5 } } } });
  });

  it("moves tenants to another installation", async () => {
    const other = await AzoraOnServer.open();
    try {
      writeFileSync(join(other.home, "all.yaml"), readFileSync(join(azora.home, "all.yaml")));
      const moved = await other.json(["tenant:apply", "-f", "all.yaml", "--yes"]);
      expect(moved).toMatchObject({ exit: 0, document: { result: { applied: { created: 5 } } } });
      expect((await other.json(["tenant:show", "acme"])).document.result.tenant).toMatchObject({
        status: "suspended",
        plan: "team",
      });
    } finally {
      await other.remove();
    }
  });
});

it("--print-schema needs no installation", async () => {
  const { exit, stdout } = await azora.run(["tenant:apply", "--print-schema"], { AZORA_DATA_DIR: join(azora.home, "none") });
  expect(exit).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ required: ["tenants"] });
  expect(existsSync(join(azora.home, "none"))).toBe(false);
});
