import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Azora, initialised } from "./azora.js";

let azora: Azora;
beforeAll(async () => {
  azora = await initialised();
});
afterAll(() => azora.remove());

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const UUID = /^[0-9a-f-]{36}$/;

function create(slug: string, ...flags: string[]): string[] {
  return ["tenant:create", `Company ${slug}`, "--slug", slug, "--owner-email", `owner@${slug}.test`, ...flags];
}

describe("the life of a tenant", () => {
  it("begins with tenant:create, which a script can repeat", async () => {
    const first = await azora.json(create("acme"));
    expect(first).toMatchObject({ exit: 0, stderr: "" });
    expect(first.document).toMatchObject({
      ok: true,
      result: { created: true, dryRun: false, tenant: { slug: "acme", name: "Company acme", status: "active", plan: "free" } },
    });
    expect(first.document.result.tenant.id).toMatch(UUID);
    expect(first.document.result.tenant.createdAt).toMatch(ISO);
    const again = await azora.json(create("acme", "--if-not-exists"));
    expect(again).toMatchObject({ exit: 0, document: { result: { created: false, tenant: first.document.result.tenant } } });
  });

  it("is spelled with spaces too", async () => {
    const { exit, document } = await azora.json(["tenant", "show", "acme"]);
    expect(exit).toBe(0);
    expect(document.result.tenant.slug).toBe("acme");
  });

  it("is listed page by page", async () => {
    for (const slug of ["bolt", "core"]) expect((await azora.run(create(slug))).exit).toBe(0);
    const page = await azora.json(["tenant:list", "--limit", "2"]);
    expect(page.document.result).toMatchObject({ total: 3, next: "bolt", tenants: [{ slug: "acme" }, { slug: "bolt" }] });
    const rest = await azora.json(["tenant:list", "--after", "bolt"]);
    expect(rest.document.result).toMatchObject({ total: 3, next: null, tenants: [{ slug: "core" }] });
    const { stdout, stderr } = await azora.run(["tenant:list", "--limit", "2"]);
    expect(stdout.trim().split("\n")).toHaveLength(3);
    expect(stderr).toContain("2 of 3");
  });

  it("is suspended with consent only, and twice without an error", async () => {
    const suspend = ["tenant:suspend", "bolt", "--reason", "unpaid"];
    expect(await azora.json(suspend)).toMatchObject({ exit: 6, document: { error: { code: "NEEDS_CONFIRMATION", exit: 6 } } });
    expect((await azora.run(suspend, {}, "y\n")).exit).toBe(6);
    const dry = await azora.json([...suspend, "--dry-run"]);
    expect(dry.document.result).toMatchObject({ changed: true, dryRun: true, tenant: { status: "suspended" } });
    expect((await azora.json(["tenant:show", "bolt"])).document.result.tenant.status).toBe("active");
    const done = await azora.json([...suspend, "--read-only", "--yes"]);
    expect(done.document.result).toMatchObject({ changed: true, tenant: { status: "suspended", suspension: "read-only" } });
    const again = await azora.json([...suspend, "--read-only", "--yes"]);
    expect(again).toMatchObject({ exit: 0, document: { result: { changed: false } } });
    const list = await azora.json(["tenant:list", "--status", "suspended"]);
    expect(list.document.result).toMatchObject({ total: 1, tenants: [{ slug: "bolt", suspensionReason: "unpaid" }] });
  });

  it("is resumed, and twice without an error", async () => {
    expect((await azora.json(["tenant:resume", "bolt", "--dry-run"])).document.result).toMatchObject({
      changed: true,
      dryRun: true,
    });
    expect((await azora.json(["tenant:resume", "bolt"])).document.result).toMatchObject({
      changed: true,
      tenant: { status: "active" },
    });
    expect(await azora.json(["tenant:resume", "bolt"])).toMatchObject({ exit: 0, document: { result: { changed: false } } });
  });
});

describe("tenant:purge", () => {
  it("needs its slug typed: nothing is touched without it", async () => {
    for (const flags of [[], ["--confirm", "acme"], ["--confirm", ""]]) {
      const { exit, document } = await azora.json(["tenant:purge", "core", "--now", ...flags]);
      expect({ exit, error: document.error }).toMatchObject({ exit: 6, error: { code: "NEEDS_CONFIRMATION", exit: 6 } });
    }
    const piped = await azora.run(["tenant:purge", "core"], {}, "core\n");
    expect(piped).toMatchObject({ exit: 6, stdout: "", stderr: expect.stringContaining("--confirm") });
    expect((await azora.run(["tenant:show", "core"])).exit).toBe(0);
  });

  it("has no --yes and no --force", async () => {
    for (const flag of ["--yes", "--force", "-y"]) expect((await azora.run(["tenant:purge", "core", flag])).exit).toBe(2);
  });

  it("shows with --dry-run what would go", async () => {
    const { exit, document } = await azora.json(["tenant:purge", "core", "--now", "--dry-run"]);
    expect(exit).toBe(0);
    expect(document.result).toMatchObject({ purged: false, dryRun: true, preview: { tenant: { slug: "core" }, refusal: null } });
    expect(document.result.preview.counts["tenant.roles"]).toBe(4);
    const shown = await azora.run(["tenant:purge", "core", "--dry-run"]);
    expect(shown).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/Would be\trefused: .*active/),
      stderr: expect.stringContaining("would be refused"),
    });
    expect((await azora.run(["tenant:show", "core"])).exit).toBe(0);
  });

  it("ends with a signed receipt, and the next one gives the same and changes nothing", async () => {
    const { tenant } = (await azora.json(["tenant:show", "core"])).document.result;
    const { exit, document } = await azora.json([
      "tenant:purge",
      "core",
      "--now",
      "--confirm",
      "core",
      "--reason",
      "contract ended",
    ]);
    expect(exit).toBe(0);
    expect(document.result.purged).toBe(true);
    const { receipt } = document.result;
    expect(receipt).toMatchObject({ accountId: tenant.id, operator: "azora_admin", signature: expect.any(String) });
    expect(receipt.purgedAt).toMatch(ISO);
    const counts: number[] = Object.values(receipt.counts);
    expect(receipt.total).toBe(counts.reduce((sum, rows) => sum + rows, 0));
    const gone = await azora.json(["tenant:purge", "core", "--now", "--confirm", "core"]);
    expect(gone).toMatchObject({ exit: 0, document: { result: { purged: false, receipt: { hash: receipt.hash } } } });
    expect((await azora.json(["tenant:list"])).document.result.total).toBe(2);
  });

  it("takes an id, and still wants the slug", async () => {
    const { id } = (await azora.json(["tenant:show", "bolt"])).document.result.tenant;
    expect((await azora.run(["tenant:purge", id, "--now", "--confirm", id])).exit).toBe(6);
    expect((await azora.run(["tenant:purge", id, "--now", "--confirm", "bolt"])).exit).toBe(0);
  });
});

describe("the streams", () => {
  it("carry the result on stdout and everything else on stderr", async () => {
    const { stdout, stderr } = await azora.run(create("delta"));
    expect(stdout.split("\n")[0]).toBe("Slug\tdelta");
    expect(stdout).not.toContain("is made");
    expect(stderr).toContain('The tenant "delta" is made.');
  });

  it("are tab-separated, with ISO times and without colours, in a pipe", async () => {
    const { stdout } = await azora.run(["tenant:list"]);
    const [titles, ...rows] = stdout.trim().split("\n");
    expect(titles).toBe("SLUG\tNAME\tSTATUS\tPLAN\tCREATED\tID");
    expect(rows.map((row) => row.split("\t")[0])).toEqual(["acme", "delta"]);
    expect(rows[0]?.split("\t")[4]).toMatch(ISO);
    expect(stdout).not.toContain("\u001b");
  });

  it("take nothing from a name that a terminal would obey", async () => {
    await azora.run(["tenant:create", "Evil \u001b[2J\u0007\tInc", "--slug", "evil", "--owner-email", "e@evil.test"]);
    const { stdout } = await azora.run(["tenant:show", "evil"]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
    expect(stdout.split("\n")[1]).toBe("Name\tEvil  [2J Inc");
  });
});

describe("the installation", () => {
  it("is left as it is by a second init", async () => {
    const { exit, document } = await azora.json(["init", "--embedded"]);
    expect(exit).toBe(0);
    expect(document.result.changed).toBe(false);
  });

  it("shows each setting with its source, and no secret", async () => {
    const { document, stdout } = await azora.json(["config"]);
    const names = document.result.settings.map(({ name }: { name: string }) => name);
    expect(names).toContain("data directory");
    expect(document.result.settings[0]).toMatchObject({ value: azora.dataDir, source: "environment", from: "AZORA_DATA_DIR" });
    expect(stdout).not.toContain("PRIVATE KEY");
  });

  it("is healthy", async () => {
    expect(await azora.json(["doctor"])).toMatchObject({ exit: 0, document: { ok: true, result: { ok: true } } });
    expect(await azora.json(["db:status"])).toMatchObject({
      exit: 0,
      document: { ok: true, result: { pending: [], drift: [] } },
    });
    expect(await azora.json(["db:migrate"])).toMatchObject({ exit: 0, document: { result: { applied: [], dryRun: false } } });
  });

  it("prints its SQL for an administrator, without touching anything", async () => {
    const { exit, stdout } = await azora.run(["init", "--print-sql"]);
    expect(exit).toBe(0);
    expect(stdout).toContain("CREATE ROLE");
    expect((await azora.run(["init", "--print-sql", "--operator", 'x"; DROP'])).exit).toBe(2);
  });
});
