import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FindingCode } from "../../src/installation/guard/finding.js";
import { planGuard } from "../../src/installation/guard/plan.js";
import type { GuardInput } from "../../src/installation/guard/scope.js";
import { load, WEBSHOP } from "../support/samples/samples.js";
import { urlsOf } from "../support/server-template.js";
import { World } from "../support/world.js";

/** Two accounts with two things each, and a label on each thing. */
const BASE = `
  CREATE TABLE orgs (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
  CREATE TABLE things (id serial PRIMARY KEY, org_id uuid NOT NULL REFERENCES orgs (id), name text NOT NULL);
  CREATE TABLE labels (id serial PRIMARY KEY, thing_id integer NOT NULL REFERENCES things (id), text text NOT NULL);
  INSERT INTO orgs (name) VALUES ('one'), ('two');
  INSERT INTO things (org_id, name) SELECT id, name || n FROM orgs, generate_series(1, 2) n;
  INSERT INTO labels (thing_id, text) SELECT id, name FROM things;`;

interface Case {
  readonly what: string;
  readonly change: string;
  readonly code: FindingCode;
  readonly severity?: "changes" | "note";
  readonly message: RegExp;
  readonly input?: Partial<GuardInput>;
}

const CASES: readonly Case[] = [
  {
    what: "a table that no foreign key leads from",
    change: "CREATE TABLE lonely (id serial PRIMARY KEY)",
    code: "NO_ACCOUNT",
    message: /lead from s\.lonely/,
  },
  {
    what: "two references to the accounts",
    change: "ALTER TABLE things ADD partner_id uuid REFERENCES orgs (id)",
    code: "SEVERAL_ACCOUNTS",
    message: /org_id and partner_id/,
  },
  {
    what: "accounts that refer to accounts",
    change: "ALTER TABLE orgs ADD parent_id uuid REFERENCES orgs (id)",
    code: "SEVERAL_ACCOUNTS",
    message: /parent_id/,
  },
  {
    what: "rows that belong to nobody",
    change: "ALTER TABLE things ALTER org_id DROP NOT NULL; UPDATE things SET org_id = NULL WHERE id IN (1, 2, 3)",
    code: "ROWS_WITHOUT_ACCOUNT",
    message: /^3 rows of s\.things/,
  },
  {
    what: "a way that ends nowhere",
    change: "ALTER TABLE labels ALTER thing_id DROP NOT NULL; UPDATE labels SET thing_id = NULL WHERE id = 1",
    code: "ROWS_WITHOUT_ACCOUNT",
    message: /^1 rows of s\.labels/,
  },
  {
    what: "two ways that end at different accounts",
    change: "ALTER TABLE labels ADD other_id integer REFERENCES things (id); UPDATE labels SET other_id = 5 - thing_id",
    code: "PATHS_DISAGREE",
    message: /^4 rows of s\.labels refer by other_id/,
  },
  {
    what: "a column that contradicts its references",
    change: "ALTER TABLE labels ADD org_id uuid; UPDATE labels SET org_id = (SELECT org_id FROM things WHERE id = 1)",
    code: "PATHS_DISAGREE",
    message: /^2 rows of s\.labels say another account in org_id/,
  },
  {
    what: "a partitioned table",
    change: "CREATE TABLE parts (id serial, org_id uuid NOT NULL REFERENCES orgs (id), PRIMARY KEY (id)) PARTITION BY HASH (id)",
    code: "NOT_PLAIN",
    message: /s\.parts is partitioned/,
  },
  {
    what: "a table without a primary key",
    change: "CREATE TABLE keyless (org_id uuid NOT NULL REFERENCES orgs (id))",
    code: "NO_PRIMARY_KEY",
    message: /s\.keyless has no primary key/,
  },
  {
    what: "a column of that name and another type",
    change: "ALTER TABLE labels ADD org_id integer",
    code: "COLUMN_TYPE",
    message: /org_id of s\.labels is integer/,
  },
  {
    what: "a policy that is there already",
    change: "CREATE POLICY mine ON things USING (true)",
    code: "POLICY",
    message: /s\.things has the policy mine/,
  },
  {
    what: "a constraint that excludes across accounts",
    change: "ALTER TABLE things ADD during tsrange, ADD EXCLUDE USING gist (during WITH &&)",
    code: "EXCLUSION",
    message: /things_during_excl/,
  },
  {
    what: "a copy of rows of all accounts",
    change: "CREATE MATERIALIZED VIEW copied AS SELECT * FROM things",
    code: "MATERIALIZED_VIEW",
    message: /s\.copied is a copy/,
  },
  {
    what: "a reference to a table that was not named",
    change: "CREATE TABLE kinds (id integer PRIMARY KEY); ALTER TABLE things ADD kind_id integer REFERENCES kinds (id)",
    input: { tables: ["s.things", "s.labels"] },
    code: "REFERS_OUTSIDE",
    message: /things_kind_id_fkey refers to s\.kinds/,
  },
  {
    what: "a table outside that refers inside",
    change: "",
    input: { exclude: { "s.labels": "for a test" } },
    code: "REFERRED_FROM_OUTSIDE",
    message: /s\.labels is to stay outside/,
  },
  {
    what: "a unique key of all accounts",
    change: "ALTER TABLE things ADD UNIQUE (name)",
    code: "UNIQUE_PER_ACCOUNT",
    severity: "changes",
    message: /things_name_key holds across all accounts today/,
  },
  {
    what: "a reference that empties its column",
    change: "ALTER TABLE things ADD parent_id integer REFERENCES things (id) ON DELETE SET NULL",
    code: "SET_NULL",
    severity: "changes",
    message: /things_parent_id_fkey empties parent_id/,
  },
  {
    what: "a view",
    change: "CREATE VIEW seen AS SELECT * FROM things",
    code: "VIEW",
    severity: "changes",
    message: /s\.seen reads with its owner/,
  },
  {
    what: "rights of others",
    change: "GRANT SELECT ON things TO PUBLIC",
    code: "RIGHTS",
    severity: "changes",
    message: /taken from PUBLIC/,
  },
];

describe("guard:plan", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open("server");
  });
  afterAll(() => world?.close());

  /** Plans for a schema of its own, which is gone afterwards. */
  async function planOf(change: string, input: Partial<GuardInput> = {}) {
    await world.owner.query(`CREATE SCHEMA s; SET search_path = s; ${BASE} ${change}; RESET search_path`);
    try {
      const nothing = { schemas: [], tables: [], accountsKey: undefined, accountColumn: undefined, exclude: {} };
      return await planGuard(world.owner, { ...nothing, accountsTable: "s.orgs", ...input });
    } finally {
      await world.owner.query("DROP SCHEMA s CASCADE");
    }
  }

  it("plans for a schema with nothing strange in it, and says nothing but where numbers come from", async () => {
    const plan = await planOf("");
    expect(plan.isBlocked).toBe(false);
    expect(plan.findings.map(({ code }) => code)).toEqual(["SEQUENCE", "SEQUENCE"]);
    expect(plan.tables).toEqual([
      { table: "s.orgs", accountColumn: "id", route: [], isProtected: false },
      { table: "s.things", accountColumn: "org_id", route: [], isProtected: false },
      { table: "s.labels", accountColumn: "org_id", route: ["s.things"], isProtected: false },
    ]);
    expect(plan.steps.at(-1)?.phase).toBe("switch");
  });

  it.each(CASES)("tells of $what", async ({ change, input, code, severity = "blocks", message }) => {
    const plan = await planOf(change, input);
    const found = plan.findings.filter((finding) => finding.code === code && message.test(finding.message));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ severity });
    expect(plan.isBlocked).toBe(severity === "blocks");
    expect(plan.steps.length === 0).toBe(severity === "blocks");
  });

  it("leaves shared tables outside, readable", async () => {
    const change = "CREATE TABLE kinds (id integer PRIMARY KEY); ALTER TABLE things ADD kind_id integer REFERENCES kinds (id)";
    const plan = await planOf(change, { exclude: { "s.kinds": "the same for all" } });
    expect(plan.outside).toEqual([{ table: "s.kinds", reason: "the same for all" }]);
    expect(plan.steps[0]?.statements).toContain("GRANT SELECT ON s.kinds TO azora_runtime");
  });

  it("finds the accounts table by its name when there is one such, and asks otherwise", async () => {
    expect((await planOf("", { accountsTable: undefined, schemas: ["s"] })).accounts.table).toBe("s.orgs");
    await expect(
      planOf("CREATE TABLE tenants (id uuid PRIMARY KEY)", { accountsTable: undefined, schemas: ["s"] }),
    ).rejects.toMatchObject({
      code: "NEEDS_INPUT",
      hint: expect.stringContaining("s.orgs, s.tenants"),
    });
  });

  it.each([
    { input: { accountsTable: "s.nobody" }, code: "NOT_FOUND" },
    { input: { schemas: ["nowhere"] }, code: "NOT_FOUND" },
    { input: { tables: ["s.nothing"] }, code: "NOT_FOUND" },
    { input: { exclude: { "s.orgs": "no" } }, code: "INVALID_INPUT" },
    { input: { accountsKey: "nokey" }, code: "INVALID_INPUT" },
  ])("refuses $input", async ({ input, code }) => {
    await expect(planOf("", input as Partial<GuardInput>)).rejects.toMatchObject({ code });
  });

  it("keeps what a unique key is made of: conditions, expressions, order", async () => {
    const plan = await planOf(
      `CREATE UNIQUE INDEX odd ON things (lower(name) DESC, org_id) WHERE id > 0; ALTER TABLE things ADD CONSTRAINT mid UNIQUE (name, org_id)`,
    );
    const built = plan.steps.flatMap(({ kind, statements }) => (kind === "concurrent" ? statements : []));
    expect(built).toContainEqual(
      `CREATE UNIQUE INDEX CONCURRENTLY "things_org_id_odd_key" ON s.things USING btree ("org_id", lower(name) DESC, org_id) WHERE (id > 0)`,
    );
    expect(built).toContainEqual(
      `CREATE UNIQUE INDEX CONCURRENTLY "things_org_id_name_key" ON s.things USING btree ("org_id", name)`,
    );
  });

  it("writes nothing", async () => {
    await load(world, WEBSHOP);
    const { serverUrl, password } = world.prepared;
    const { owner } = urlsOf(serverUrl, world.place, password);
    const pool = new Pool({ connectionString: owner, options: "-c default_transaction_read_only=on" });
    try {
      expect((await planGuard(pool, WEBSHOP.input)).steps.length).toBeGreaterThan(50);
      await expect(pool.query("CREATE TABLE written ()")).rejects.toMatchObject({ code: "25006" });
    } finally {
      await pool.end();
    }
  });
});
