import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { XMLValidator } from "fast-xml-parser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEmbedded } from "../../src/database/embedded/engine.js";
import { type Azora, initialised } from "./azora.js";

// The embedded installation is the test's own: whatever is broken in it is broken nowhere else.
describe("isolation:* and review:pack", () => {
  let azora: Azora;
  const at = (name: string) => join(azora.home, name);
  const sql = async (statement: string) => {
    const engine = openEmbedded({ dataDir: azora.dataDir, controlLogin: "azora_admin" });
    try {
      await (await engine.pool("owner")).query(statement);
    } finally {
      await engine.close();
    }
  };

  beforeAll(async () => {
    azora = await initialised();
    await azora.run(["tenant:create", "Acme", "--slug", "acme", "--owner-email", "o@acme.test"]);
  });
  afterAll(() => azora?.remove());

  it("a sound installation is clean: a table on stdout, the verdict on stderr, and nothing left behind", async () => {
    const { exit, stdout, stderr } = await azora.run(["isolation:verify"]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "✓ Clean: everything that was checked holds.\n" });
    const lines = stdout.split("\n");
    expect(lines[0]).toBe("LAYER\tCHECK\tHOLDS WHEN NOTHING IS FOUND\tCHECKED\tFOUND");
    expect(lines.filter((line) => /^(static|probe)\t/.test(line)).length).toBeGreaterThan(40);
    expect(stdout).toMatch(/^Of records carry the account\t100 %/m);
    expect(stdout).toMatch(/^Cross-tenant SELECTs in the control plane\t0 \(\d+ tried/m);
    expect(stdout).toMatch(/^Paths from an account CASCADE\t(\d+) of \1 /m);
    expect((await azora.json(["tenant:list"])).document.result.total).toBe(1);
  });

  it("--static-only tries nothing and says so; --json is one document", async () => {
    const { exit, stderr, document } = await azora.json(["isolation:verify", "--static-only"]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(document.result).toMatchObject({ verdict: "clean", probes: [], selfTest: null, findings: [] });
    expect(document.result.figures.controlPlaneSelects).toBeNull();
    expect(document.result.schemaFingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  describe("with a fault planted", () => {
    const FAULT = "ALTER TABLE tenant.batches NO FORCE ROW LEVEL SECURITY";
    beforeAll(() => sql(FAULT));
    afterAll(() => sql("ALTER TABLE tenant.batches FORCE ROW LEVEL SECURITY"));

    it("ends with 9, with the object, its evidence and its mend", async () => {
      const { exit, document } = await azora.json(["isolation:verify", "--static-only"]);
      expect({ exit, code: document.error?.code }).toEqual({ exit: 9, code: "VIOLATIONS" });
      expect(document.result.findings).toContainEqual(
        expect.objectContaining({
          rule: "row-security",
          object: "table tenant.batches",
          fix: expect.stringContaining("FORCE ROW LEVEL SECURITY"),
        }),
      );
      const { exit: plain, stdout, stderr } = await azora.run(["isolation:verify", "--static-only"]);
      expect(plain).toBe(9);
      expect(stdout).toContain("table tenant.batches");
      expect(stderr).toContain("[VIOLATIONS] Isolation does not hold");
    });

    it("writes SARIF and JUnit, violations or not", async () => {
      const { exit } = await azora.run(["isolation:verify", "--static-only", "--sarif", at("a.sarif"), "--junit", at("a.xml")]);
      expect(exit).toBe(9);
      const sarif = JSON.parse(readFileSync(at("a.sarif"), "utf8")) as { runs: { results: { ruleId: string }[] }[] };
      expect(sarif.runs[0]?.results.map(({ ruleId }) => ruleId)).toContain("row-security");
      expect(XMLValidator.validate(readFileSync(at("a.xml"), "utf8"))).toBe(true);
    });

    it("is accepted into a baseline with a reason, for a time; what is new still fails", async () => {
      const accept = ["isolation:verify", "--static-only", "--baseline", at("accepted.json")];
      const made = await azora.json([...accept, "--update-baseline", "mended with the next release"]);
      expect(made).toMatchObject({
        exit: 0,
        document: { result: { verdict: "clean", accepted: [{ reason: "mended with the next release" }] } },
      });
      expect(await azora.json(accept)).toMatchObject({ exit: 0 });
      await sql("ALTER TABLE tenant.documents NO FORCE ROW LEVEL SECURITY");
      const { exit, document } = await azora.json(accept);
      await sql("ALTER TABLE tenant.documents FORCE ROW LEVEL SECURITY");
      expect(exit).toBe(9);
      expect(document.result.findings).toEqual([expect.objectContaining({ object: "table tenant.documents" })]);
      const old = readFileSync(at("accepted.json"), "utf8").replace(/"until": "[^"]*"/g, '"until": "2020-01-01"');
      writeFileSync(at("expired.json"), old);
      expect(await azora.json([...accept.slice(0, 3), at("expired.json")])).toMatchObject({ exit: 9 });
    });
  });

  describe("the report", () => {
    const report = (name: string, ...flags: string[]) =>
      azora.json(["isolation:report", "--static-only", "--output", at(name), ...flags]);

    it("is a page and signed data beside it, readable by their owner only, and never replaces one unasked", async () => {
      const { exit, document } = await report("before.html");
      expect(exit).toBe(0);
      expect(document.result).toMatchObject({
        file: at("before.html"),
        jsonFile: at("before.json"),
        verdict: "clean",
        keyId: expect.stringMatching(/^sig-/),
      });
      expect(readFileSync(at("before.html"), "utf8")).toMatch(/^<!doctype html>[\s\S]*<strong>Clean\.<\/strong>/);
      expect(statSync(at("before.json")).mode & 0o777).toBe(0o600);
      expect(readFileSync(at("before.json"), "utf8")).toContain("synthetic reviewer");
      expect(await report("before.html")).toMatchObject({ exit: 5, document: { error: { code: "ALREADY_EXISTS" } } });
      expect(await report("before.html", "--force")).toMatchObject({ exit: 0 });
    });

    it("holds against the installation's key, and no longer when it was altered", async () => {
      expect(await azora.json(["isolation:report", "--verify", at("before.json")])).toMatchObject({
        exit: 0,
        document: { result: { why: null } },
      });
      writeFileSync(at("altered.json"), readFileSync(at("before.json"), "utf8").replace('"checked": 11', '"checked": 12'));
      expect(await azora.json(["isolation:report", "--verify", at("altered.json")])).toMatchObject({
        exit: 9,
        document: { error: { code: "VIOLATIONS" } },
      });
    });

    it("is checked by somebody who has nothing but the published key", async () => {
      const { signature } = JSON.parse(readFileSync(at("before.json"), "utf8")) as { signature: { publicKey: string } };
      writeFileSync(at("published.pem"), signature.publicKey);
      const stranger = { AZORA_DATA_DIR: at("elsewhere") };
      const verify = ["isolation:report", "--verify", at("before.json")];
      expect(await azora.json(verify, stranger)).toMatchObject({ exit: 2, document: { error: { code: "NOT_CONFIGURED" } } });
      expect(await azora.json([...verify, "--public-key", at("published.pem")], stranger)).toMatchObject({ exit: 0 });
      writeFileSync(at("no.pem"), "nothing");
      expect(await azora.json([...verify, "--public-key", at("no.pem")], stranger)).toMatchObject({ exit: 2 });
    });

    it("is compared with a later one: an index is safe, a right is dangerous", async () => {
      await sql("CREATE INDEX batches_product_idx ON tenant.batches (account_id, product)");
      await report("later.html");
      const safe = await azora.json(["isolation:diff", at("before.json"), at("later.json")]);
      expect(safe).toMatchObject({ exit: 0, document: { result: { counts: { dangerous: 0 } } } });
      expect(safe.document.result.changes).toContainEqual(
        expect.objectContaining({ class: "safe", object: "table tenant.batches, index tenant.batches_product_idx" }),
      );
      await sql("GRANT SELECT ON tenant.batches TO azora_support");
      expect(await report("granted.html")).toMatchObject({ exit: 9, document: { error: { code: "VIOLATIONS" } } });
      await sql("REVOKE SELECT ON tenant.batches FROM azora_support; DROP INDEX tenant.batches_product_idx");
      const { exit, stdout } = await azora.run(["isolation:diff", at("later.json"), at("granted.json")]);
      expect(exit).toBe(9);
      expect(stdout).toMatch(/^dangerous\ttable tenant\.batches\tSELECT for azora_support was granted/m);
    });

    it("goes into a pack with all that belongs to it", async () => {
      const { exit, document } = await azora.json(["review:pack", "--static-only", "--output", at("review.tar.gz")]);
      expect({ exit, error: document.error }).toEqual({ exit: 0, error: undefined });
      const paths = document.result.files.map(({ path }: { path: string }) => path);
      expect(paths).toEqual(
        expect.arrayContaining(["report.html", "report.json", "verify.mjs", "helper/tenant-plane/tenant-db.js"]),
      );
      expect(existsSync(at("review.tar.gz"))).toBe(true);
    });
  });

  describe("without a server", () => {
    it("a history that adds a table without an account fails", async () => {
      const init = at("migrations/1_init");
      mkdirSync(init, { recursive: true });
      writeFileSync(join(init, "migration.sql"), "CREATE TABLE tenant.notes (id uuid PRIMARY KEY, body text);\n");
      const env = { AZORA_DATA_DIR: at("nowhere") };
      const { exit, document } = await azora.json(
        ["isolation:verify", "--static-only", "--migrations", "migrations", "--sarif", at("m.sarif")],
        env,
      );
      expect(exit).toBe(9);
      expect(document.result.findings).toContainEqual(
        expect.objectContaining({ rule: "account-column", object: "table tenant.notes" }),
      );
      expect(readFileSync(at("m.sarif"), "utf8")).toContain('"uri": "migrations/1_init/migration.sql"');
      expect(existsSync(at("nowhere"))).toBe(false);
    });
  });

  it.each([
    { args: ["isolation:verify", "--target", "nothing.json"], exit: 2, code: "INVALID_INPUT" },
    { args: ["isolation:verify", "--target", "bad-target.json"], exit: 2, code: "INVALID_INPUT" },
    { args: ["isolation:verify", "--baseline", "bad-target.json"], exit: 2, code: "INVALID_INPUT" },
    { args: ["isolation:verify", "--update-baseline", "why not"], exit: 2, code: "USAGE" },
    { args: ["isolation:verify", "--static-only", "--self-test"], exit: 2, code: "USAGE" },
    { args: ["isolation:verify", "--owner-url-file", "no-such-file"], exit: 2, code: "CONFIG_INVALID" },
    { args: ["isolation:verify", "--owner-url-file", "down.url"], exit: 8, code: "UNREACHABLE" },
    { args: ["isolation:verify", "--sarif", "no/such/folder/a.sarif"], exit: 2, code: "INVALID_INPUT" },
    { args: ["isolation:report"], exit: 2, code: "USAGE" },
    { args: ["isolation:report", "--verify", "bad-target.json"], exit: 2, code: "INVALID_INPUT" },
    { args: ["isolation:diff", "bad-target.json", "bad-target.json"], exit: 2, code: "INVALID_INPUT" },
    { args: ["review:pack"], exit: 2, code: "USAGE" },
  ])("refuses $args with $exit", async ({ args, exit, code }) => {
    writeFileSync(at("bad-target.json"), '{"schemas":["app"],"exemption":[]}');
    writeFileSync(at("down.url"), "postgresql://nobody:hunter2@127.0.0.1:1/nowhere\n");
    const answer = await azora.json(args);
    expect({ exit: answer.exit, code: answer.document.error?.code }).toEqual({ exit, code });
    expect(answer.stdout + answer.stderr).not.toContain("hunter2");
  });

  it("a database of somebody else's, with roles that aren't there, is no pass", async () => {
    const target = {
      schemas: ["app"],
      accountColumn: "tenant_id",
      accounts: { table: "app.tenants", key: "id" },
      roles: { runtime: ["app"], control: [], owners: ["app_owner"] },
      context: { expressions: ["app.current_tenant()"] },
    };
    writeFileSync(at("target.json"), JSON.stringify(target));
    const { exit, document } = await azora.json(["isolation:verify", "--static-only", "--target", at("target.json")]);
    expect(exit).not.toBe(0);
    expect(document.result.unclear).toEqual(
      expect.arrayContaining(["There is no schema app.", "There is no role app.", "There is no table app.tenants."]),
    );
  });
});
