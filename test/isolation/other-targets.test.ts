import { Pool, type PoolClient } from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { readCatalog } from "../../src/isolation/catalog/read-catalog.js";
import { checkRules } from "../../src/isolation/check-rules.js";
import type { Exemption } from "../../src/isolation/finding.js";
import type { Target } from "../../src/isolation/target.js";
import { accept } from "../attack/faults/plant.js";
import { administer, dropDatabase, urlOf } from "../support/server-template.js";

/** A schema that has never heard of azora: row security by a plain setting, integer keys, one schema for all. */

const DATABASE = `azora_test_other_${process.pid}`;
const ROLES = ["other_owner", "other_app", "other_vendor"].map((role) => `${role}_${process.pid}`);
const [OWNER = "", APP = "", VENDOR = ""] = ROLES;

const SETTING = "(current_setting('app.tenant'::text, true))::bigint";

const TARGET: Target = {
  schemas: ["app"],
  accountColumn: "tenant_id",
  accountColumns: {},
  accounts: { table: "app.tenants", key: "id" },
  roles: { runtime: [APP], control: [VENDOR], owners: [OWNER] },
  context: { expressions: [SETTING], enter: "SELECT set_config('app.tenant', $1, true)" },
  guard: false,
  audit: false,
  exemptions: [
    { object: `context ${SETTING}`, reason: "raw SQL never reaches the application's login; see the review of 2026" },
    { object: "sequence app.*", rule: "sequence-shared", reason: "numbers are no secret here" },
  ],
};

const SCHEMA = `
  CREATE SCHEMA app AUTHORIZATION ${OWNER}; GRANT USAGE ON SCHEMA app TO ${APP}, ${VENDOR};
  SET ROLE ${OWNER};
  CREATE TABLE app.tenants (id bigint PRIMARY KEY, name text UNIQUE);
  CREATE TABLE app.projects (
    tenant_id bigint NOT NULL REFERENCES app.tenants (id) ON DELETE CASCADE, id bigserial, name text, PRIMARY KEY (tenant_id, id));
  CREATE TABLE app.tasks (
    tenant_id bigint NOT NULL REFERENCES app.tenants (id) ON DELETE CASCADE, id bigserial, project_id bigint, PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES app.projects (tenant_id, id));
  CREATE INDEX ON app.tasks (tenant_id, project_id);
  ALTER TABLE app.tenants ENABLE ROW LEVEL SECURITY;
  ALTER TABLE app.projects ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
  ALTER TABLE app.tasks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
  CREATE POLICY own ON app.tenants TO ${APP} USING (id = current_setting('app.tenant', true)::bigint);
  CREATE POLICY vendor ON app.tenants TO ${VENDOR} USING (true);
  CREATE POLICY own ON app.projects USING (tenant_id = current_setting('app.tenant', true)::bigint);
  CREATE POLICY own ON app.tasks USING (tenant_id = (SELECT current_setting('app.tenant', true)::bigint));
  GRANT SELECT, INSERT, UPDATE, DELETE ON app.projects, app.tasks TO ${APP};
  GRANT USAGE ON ALL SEQUENCES IN SCHEMA app TO ${APP};
  GRANT SELECT ON app.tenants TO ${APP}; GRANT SELECT, INSERT, DELETE ON app.tenants TO ${VENDOR};
  RESET ROLE;
  REVOKE TEMPORARY ON DATABASE ${DATABASE} FROM PUBLIC;
  ALTER ROLE ${APP} SET track_activities = off;`;

describe("another's schema", () => {
  const { serverUrl } = inject("prepared");
  let pool: Pool;
  let client: PoolClient;
  beforeAll(async () => {
    await administer(
      serverUrl,
      `CREATE DATABASE ${DATABASE} TEMPLATE template0`,
      `CREATE ROLE ${OWNER} NOLOGIN`,
      `CREATE ROLE ${APP} LOGIN`,
      `CREATE ROLE ${VENDOR} LOGIN`,
    );
    pool = new Pool({ connectionString: urlOf(serverUrl, DATABASE), max: 1 });
    client = await pool.connect();
    await client.query(SCHEMA);
  });
  afterAll(async () => {
    client?.release();
    await pool?.end();
    await dropDatabase(serverUrl, DATABASE);
    await administer(serverUrl, ...ROLES.map((role) => `DROP ROLE IF EXISTS ${role}`));
  });

  /** What is open, by rule and object; roles that tests beside this one make, and functions that every cluster has open, aside. */
  async function found(sql: string, target: Target = TARGET): Promise<readonly string[]> {
    await client.query("BEGIN");
    try {
      await client.query(sql);
      const { findings } = checkRules({ catalog: await readCatalog(client), target });
      const { findings: open } = accept(findings, target.exemptions);
      return open
        .filter(({ rule }) => rule !== "administrators" && rule !== "shared-functions")
        .map(({ rule, object }) => `${rule}: ${object}`);
    } finally {
      await client.query("ROLLBACK");
    }
  }

  it("is clean once its unsigned context and its sequences are accounted for", async () => {
    expect(await found("")).toEqual([]);
  });

  it("says so when the context can be set by whoever can run SQL", async () => {
    const [, ...others] = TARGET.exemptions;
    const exemptions: readonly Exemption[] = others;
    expect(await found("", { ...TARGET, exemptions })).toEqual([`context-unsigned: context ${SETTING}`]);
  });

  it.each([
    ["policy-unbound: table app.tasks", "ALTER POLICY own ON app.tasks USING (tenant_id = 1 OR true)"],
    [
      "policy-unbound: table app.projects",
      "ALTER POLICY own ON app.projects USING (tenant_id = current_setting('app.other')::bigint)",
    ],
    ["accounts-policy: table app.tenants", `ALTER POLICY vendor ON app.tenants TO ${VENDOR}, ${APP}`],
    ["row-security: table app.tasks", "ALTER TABLE app.tasks NO FORCE ROW LEVEL SECURITY"],
    ["tenant-rights: table app.projects", `GRANT SELECT ON app.projects TO ${VENDOR}`],
    ["vendor-rights: table app.tenants", `GRANT UPDATE ON app.tenants TO ${APP}`],
    ["account-column: table app.tags", `CREATE TABLE app.tags (name text); ALTER TABLE app.tags OWNER TO ${OWNER}`],
    ["foreign-key-unpaired: table app.tasks", "ALTER TABLE app.tasks ADD COLUMN other bigint REFERENCES app.tenants (id)"],
    [`role-reach: role ${APP}`, `GRANT ${OWNER} TO ${APP}`],
    [`planes-apart: role ${VENDOR}`, `GRANT ${APP} TO ${VENDOR}`],
    [`database-rights: database ${DATABASE}`, `GRANT TEMPORARY ON DATABASE ${DATABASE} TO PUBLIC`],
  ])("finds %s", async (expected, sql) => {
    expect(await found(sql)).toContain(expected);
  });

  describe("whose context is a function", () => {
    const CALL = "app.current_tenant()";
    const target: Target = {
      ...TARGET,
      context: { expressions: [CALL], enter: null },
      exemptions: [{ object: "*", rule: "context-unsigned", reason: "" }],
    };
    const make = (options: string) => `CREATE FUNCTION ${CALL} RETURNS bigint LANGUAGE plpgsql ${options}
      AS $$ BEGIN RETURN current_setting('app.tenant', true)::bigint; END $$; ALTER FUNCTION ${CALL} OWNER TO ${OWNER};`;

    it.each([
      ["volatile", "VOLATILE SET search_path = pg_catalog", ""],
      ["looked up by the caller's path", "STABLE", ""],
      ["another's", "STABLE SET search_path = pg_catalog", `ALTER FUNCTION ${CALL} OWNER TO ${APP}`],
    ])("finds one that is %s", async (_, options, sql) => {
      expect(await found(`${make(options)} ${sql}`, target)).toContain(`context-function: function ${CALL}`);
    });

    it("takes one that is stable, pinned and the owners'", async () => {
      expect(await found(make("STABLE SET search_path = pg_catalog"), target)).not.toContain(
        `context-function: function ${CALL}`,
      );
    });
  });

  it("reports a table that isn't there, and roles that aren't, instead of passing them", async () => {
    const wrong = {
      ...TARGET,
      accounts: { table: "app.customers", key: "id" },
      roles: { ...TARGET.roles, runtime: ["other_nobody"] },
    };
    const open = await found("", wrong);
    expect(open).toContain("accounts-policy: table app.customers");
    expect(open).toContain("role-powers: role other_nobody");
  });

  it("reports an exemption that meets nothing as stale", async () => {
    const exemption = { object: "table app.gone", reason: "was here once" };
    const { findings } = checkRules({ catalog: await readCatalog(client), target: TARGET });
    expect(accept(findings, [exemption]).stale).toEqual([{ ...exemption, why: expect.any(String) }]);
  });
});
