import { randomBytes } from "node:crypto";
import type { PoolClient } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCatalog } from "../../src/isolation/catalog/read-catalog.js";
import { checkRules } from "../../src/isolation/check-rules.js";
import type { Finding } from "../../src/isolation/finding.js";
import { quoteIdentifier } from "../../src/isolation/names.js";
import { runProbes } from "../../src/isolation/probes/run-probes.js";
import { runSelfTest } from "../../src/isolation/self-test/run-self-test.js";
import type { Target } from "../../src/isolation/target.js";
import { faults } from "../support/probing.js";
import { PlainDatabase } from "./support/plain-database.js";

/** Names that are no names without quotes: in every statement that is sent, and in every mend that is printed. */

const NAME = `azora_test_names_${randomBytes(4).toString("hex")}`;
const [APP, VENDOR] = [`${NAME} Grant's`, `${NAME}.select`];

const CONTEXT = "(NULLIF(current_setting('app.user'::text, true), ''::text))::bigint";

const SCHEMA = `
  CREATE ROLE "${APP}" LOGIN; CREATE ROLE "${VENDOR}" NOLOGIN; ALTER ROLE "${APP}" SET track_activities = off;
  CREATE SCHEMA "group"; GRANT USAGE ON SCHEMA "group" TO "${APP}", "${VENDOR}";
  CREATE TABLE "group"."table" ("primary" bigint PRIMARY KEY, "check" text NOT NULL);
  CREATE TABLE "group"."order" ("user" bigint NOT NULL REFERENCES "group"."table" ON DELETE CASCADE, "end" bigint NOT NULL, "limit" text,
    PRIMARY KEY ("user", "end"));
  CREATE TABLE "group"."case" ("user" bigint NOT NULL REFERENCES "group"."table" ON DELETE CASCADE, "when" bigint NOT NULL, "then" bigint,
    PRIMARY KEY ("user", "when"), CONSTRAINT "references" FOREIGN KEY ("user", "then") REFERENCES "group"."order" ("user", "end"));
  CREATE INDEX "desc" ON "group"."case" ("user", "then");
  ALTER TABLE "group"."order" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
  ALTER TABLE "group"."case" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
  CREATE POLICY "all" ON "group"."order" USING ("user" = nullif(current_setting('app.user', true), '')::bigint);
  CREATE POLICY "all" ON "group"."case" USING ("user" = nullif(current_setting('app.user', true), '')::bigint);
  GRANT SELECT, INSERT, UPDATE, DELETE ON "group"."order", "group"."case" TO "${APP}";
  CREATE VIEW "group"."left" WITH (security_invoker) AS SELECT * FROM "group"."order"; GRANT SELECT ON "group"."left" TO "${APP}";
  GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO "${APP}";
  REVOKE EXECUTE ON FUNCTION pg_catalog.pg_cancel_backend(int), pg_catalog.pg_terminate_backend(int, bigint) FROM PUBLIC;`;

const TARGET: Target = {
  schemas: ["group"],
  accountColumn: "user",
  accountColumns: {},
  accounts: { table: '"group"."table"', key: "primary" },
  roles: { runtime: [APP], control: [VENDOR], owners: [] },
  context: { expressions: [CONTEXT], enter: "SELECT set_config('app.user', $1, true)" },
  guard: false,
  audit: false,
  exemptions: [],
};

/** What is broken, and the rule whose mend must be a statement that mends it. */
const BREAKAGES: readonly (readonly [rule: string, sql: string])[] = [
  ["row-security", `ALTER TABLE "group"."order" DISABLE ROW LEVEL SECURITY`],
  ["policy-unbound", `ALTER POLICY "all" ON "group"."order" USING (true)`],
  ["account-key", `ALTER TABLE "group"."order" DROP CONSTRAINT order_user_fkey`],
  ["account-column", `CREATE TABLE "group"."as" ("user" text NOT NULL)`],
  ["account-index", `ALTER TABLE "group"."case" DROP CONSTRAINT case_pkey; DROP INDEX "group"."desc"`],
  ["foreign-key-index", `DROP INDEX "group"."desc"`],
  [
    "foreign-key-unpaired",
    `ALTER TABLE "group"."order" ADD UNIQUE ("end"); ALTER TABLE "group"."case" DROP CONSTRAINT "references", ADD CONSTRAINT "references" FOREIGN KEY ("then") REFERENCES "group"."order" ("end")`,
  ],
  [
    "constraint-off",
    `ALTER TABLE "group"."case" DROP CONSTRAINT "references", ADD CONSTRAINT "references" FOREIGN KEY ("user", "then") REFERENCES "group"."order" ("user", "end") NOT VALID`,
  ],
  ["tenant-rights", `GRANT SELECT ("limit") ON "group"."order" TO "${VENDOR}"`],
  ["tenant-rights", `GRANT TRUNCATE ON "group"."order" TO "${APP}"`],
  ["schema-rights", `GRANT CREATE ON SCHEMA "group" TO "${APP}"`],
  ["default-rights", `ALTER DEFAULT PRIVILEGES IN SCHEMA "group" GRANT SELECT ON TABLES TO "${VENDOR}"`],
  ["database-rights", `GRANT CREATE ON DATABASE CURRENT_DATABASE TO "${VENDOR}"`],
  ["role-powers", `ALTER ROLE "${APP}" BYPASSRLS`],
  ["role-reach", `GRANT pg_read_all_data TO "${APP}"`],
  ["settings", `ALTER ROLE "${APP}" SET app."user" = '1'`],
  ["activity-hidden", `ALTER ROLE "${APP}" RESET track_activities`],
  ["view-past-policies", `ALTER VIEW "group"."left" RESET (security_invoker)`],
  ["rewrite-rule", `CREATE RULE "do" AS ON DELETE TO "group"."order" DO INSTEAD NOTHING`],
  ["replication", `CREATE PUBLICATION "all" FOR TABLE "group"."order"`],
  ["unlogged", `ALTER TABLE "group"."case" SET UNLOGGED`],
  ["system-rights", `GRANT SELECT (rolpassword) ON pg_authid TO "${VENDOR}"`],
  ["parameter-rights", `GRANT SET ON PARAMETER session_replication_role TO "${APP}"`],
];

describe.each(["server", "embedded"] as const)("names that need quotes (%s)", (kind) => {
  let database: PlainDatabase;
  beforeAll(async () => {
    database = await PlainDatabase.open(kind, { name: NAME, roles: [VENDOR, APP], sql: SCHEMA });
  });
  afterAll(() => database?.close());

  const find = async (client: PoolClient) => checkRules({ catalog: await readCatalog(client), target: TARGET }).findings;
  const sameAs = (one: Finding) => (other: Finding) =>
    one.rule === other.rule && one.object === other.object && one.evidence === other.evidence;

  it("are quoted exactly where PostgreSQL quotes them", async () => {
    const { rows } = await database.asOwner((client) =>
      client.query<{ name: string; quoted: string; newest: boolean }>(`
        SELECT name, quote_ident(name) AS quoted, current_setting('server_version_num')::int >= 180000 AS newest
        FROM (SELECT word AS name FROM pg_get_keywords() UNION SELECT unnest(ARRAY['a$b', 'A', '1a', '', 'a"b', 'a b', 'ä'])) n`),
    );
    expect(rows.length).toBeGreaterThan(450);
    // An older server lets some words stand bare that a newer one doesn't; quoted they are right on both.
    const wrong = rows.filter(
      ({ name, quoted, newest }) => quoteIdentifier(name) !== quoted && (newest || quoteIdentifier(name) !== `"${name}"`),
    );
    expect(wrong).toEqual([]);
  });

  it("hold, and can be probed", async () => {
    const { probes, unclear } = await database.asOwner(async (client) =>
      runProbes({ client, catalog: await readCatalog(client), target: TARGET }),
    );
    expect(unclear).toEqual([]);
    expect(faults(probes).filter((line) => !line.startsWith("injected-context"))).toEqual([]);
    expect(probes.find(({ id }) => id === "read-other-tenant")?.attempts.map(({ object }) => object)).toEqual([
      'table "group"."case"',
      'table "group"."order"',
    ]);
  });

  it("are seen when they are broken", async () => {
    const results = await database.asOwner(async (client) =>
      runSelfTest({ client, catalog: await readCatalog(client), target: TARGET }),
    );
    expect(results.filter(({ seen }) => !seen)).toEqual([]);
  });

  it.each(BREAKAGES)("get from %s a mend that can be run and mends: %s", async (rule, sql) => {
    await database.asOwner(async (client) => {
      await client.query("BEGIN");
      try {
        const before = await find(client);
        await client.query(sql.replace("CURRENT_DATABASE", kind === "server" ? NAME : "postgres"));
        const after = (await find(client)).filter((finding) => !before.some(sameAs(finding)));
        const found = after.find((finding) => finding.rule === rule);
        expect(found?.fix, after.map(({ object, evidence }) => `${object}: ${evidence}`).join("\n")).toEqual(expect.any(String));
        // What waits for no lock needs a transaction of its own.
        await client.query(found?.fix?.replace(" CONCURRENTLY", "") ?? "");
        expect((await find(client)).filter((finding) => found && sameAs(found)(finding))).toEqual([]);
      } finally {
        await client.query("ROLLBACK");
      }
    });
  });
});
