import type { Pool } from "pg";
import { describe, expect, it } from "vitest";
import { readCatalog } from "../../src/isolation/catalog/read-catalog.js";
import { checkRules } from "../../src/isolation/check-rules.js";
import { readMigrationFiles } from "../../src/isolation/source/migration-files.js";
import { type MigratedDatabase, withMigrations } from "../../src/isolation/source/with-migrations.js";
import { AZORA, type Target } from "../../src/isolation/target.js";
import { makeProject } from "./source-project.js";

/** A target of an application without azora. */
const OTHER: Target = {
  ...AZORA,
  guard: false,
  roles: { runtime: ["app"], control: ["app_admin"], owners: ["app_owner"] },
};

async function names(files: Readonly<Record<string, string>>): Promise<string[]> {
  return (await readMigrationFiles(await makeProject(files))).map(({ name }) => name);
}

async function migrated<T>(
  files: Readonly<Record<string, string>>,
  work: (database: MigratedDatabase) => Promise<T>,
  target: Target = OTHER,
): Promise<T> {
  return withMigrations({ directory: await makeProject(files), target }, work);
}

const ask = async (owner: Pool, sql: string) => (await owner.query({ text: sql, rowMode: "array" })).rows.flat();

describe("a history is read", () => {
  it("in Prisma's layout", async () => {
    const files = { "migration_lock.toml": "", "2_b/migration.sql": "b", "1_a/migration.sql": "a", "10_c/migration.sql": "c" };
    expect(await names(files)).toEqual(["10_c", "1_a", "2_b"]);
  });

  it("as a flat directory, by number, without what undoes it", async () => {
    const files = { "V10__c.sql": "c", "V2__b.sql": "b", "R__views.sql": "v", "U2__b.sql": "u", "V1__a.sql": "a" };
    expect(await names(files)).toEqual(["V1__a.sql", "V2__b.sql", "V10__c.sql", "R__views.sql"]);
    expect(await names({ "1_a.up.sql": "a", "1_a.down.sql": "a", "meta/journal.json": "" })).toEqual(["1_a.up.sql"]);
    const [only] = await readMigrationFiles(
      await makeProject({ "1.sql": "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;" }),
    );
    expect(only?.sql).toBe("-- migrate:up\nSELECT 1;\n");
  });

  it.each([
    ["nothing is there", { "README.md": "" }],
    ["both layouts are there", { "1.sql": "", "2_b/migration.sql": "" }],
    ["a migration's file has another name", { "1_a/migration.sql": "", "2_b/migrate.sql": "" }],
  ])("not at all where %s", async (_, files) => {
    await expect(names(files)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  it("not at all where there is no directory", async () => {
    await expect(readMigrationFiles("/nowhere")).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });
});

describe("a history is applied", () => {
  it("on top of azora's own, which needn't be in it", async () => {
    const table = `CREATE TABLE tenant.samples (account_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (account_id, id));
      SELECT guard.protect('tenant.samples');`;
    await migrated(
      { "20270101000000_samples/migration.sql": table },
      async ({ owner, applied, target }) => {
        expect(applied.at(-1)).toBe("20270101000000_samples");
        expect(applied[0]).toContain("_roles");
        const history = "SELECT count(*)::int FROM azora._prisma_migrations WHERE finished_at IS NOT NULL";
        expect(await ask(owner, history)).toEqual([applied.length - 1]);
        expect(await ask(owner, "SELECT count(*)::int FROM pg_policy WHERE polrelid = 'tenant.samples'::regclass")).not.toEqual([
          0,
        ]);
        expect(target.roles.owners).toContain("azora_owner");
      },
      AZORA,
    );
  });

  it("with the roles that only the target names, its owner owning what is made", async () => {
    const files = {
      "1.sql": `CREATE EXTENSION pgcrypto; CREATE EXTENSION IF NOT EXISTS "uuid-ossp"; SET search_path = nowhere;`,
      "2.sql": `CREATE TABLE t (id uuid DEFAULT uuid_generate_v4());
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO app;
        CREATE ROLE app_extra; GRANT app_admin TO app_extra;
        ALTER TABLE t OWNER TO app_owner;`,
      "3.sql": "CREATE TABLE later (id int);",
      "4.sql": "CREATE INDEX CONCURRENTLY ON later (id);",
    };
    await migrated(files, async ({ owner, target }) => {
      const tables =
        "SELECT c.relname, c.relowner::regrole::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1";
      expect(await ask(owner, tables)).toEqual(["later", "app_owner", "t", "app_owner"]);
      expect(await ask(owner, "SELECT has_table_privilege('app', 'later', 'SELECT')")).toEqual([true]);
      expect(
        await ask(owner, "SELECT rolname, rolcanlogin, rolsuper FROM pg_roles WHERE rolname IN ('app', 'app_owner') ORDER BY 1"),
      ).toEqual(["app", true, false, "app_owner", false, false]);
      expect(await ask(owner, "SELECT defaclrole::regrole::text FROM pg_default_acl")).toEqual(["app_owner"]);
      expect(target.roles.owners).toEqual(["app_owner"]);
      // Nothing of what only the embedded engine has: rules see what a server would have.
      expect(await ask(owner, "SELECT has_function_privilege('app', 'set_config(text, text, boolean)', 'EXECUTE')")).toEqual([
        true,
      ]);
    });
  });

  it("with roles that it makes itself", async () => {
    const roles = "CREATE ROLE app_owner; CREATE ROLE app LOGIN; CREATE TABLE t (id int);";
    const ownerOf = "SELECT relowner::regrole::text FROM pg_class WHERE relname = 't'";
    await migrated({ "1.sql": roles }, async ({ owner, target }) => {
      expect(target.roles.owners).toEqual(["app_owner"]);
      expect(await ask(owner, ownerOf)).toEqual(["app_owner"]);
      expect(await ask(owner, "SELECT rolname FROM pg_roles WHERE rolsuper OR rolname ~ 'throwaway'")).toEqual(["postgres"]);
    });
    const rights = `${roles} ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app;`;
    await migrated({ "1.sql": rights }, async ({ owner, target }) => {
      // Rights on tables to come are the stand-in's own and can't be another's.
      expect(target.roles.owners).toEqual(["app_owner", "azora_throwaway"]);
      expect(await ask(owner, ownerOf)).toEqual(["azora_throwaway"]);
      expect(await ask(owner, "SELECT rolname FROM pg_roles WHERE rolsuper")).toEqual(["postgres"]);
    });
  });
});

describe("the rules on a history", () => {
  /** What they find in the database that it makes. */
  async function found(files: Readonly<Record<string, string>>): Promise<string[]> {
    return migrated(
      files,
      async ({ owner, target }) => {
        const client = await owner.connect();
        try {
          const { findings } = checkRules({ catalog: await readCatalog(client), target });
          return findings.map(({ rule, object }) => `${rule} ${object}`);
        } finally {
          client.release();
        }
      },
      AZORA,
    );
  }

  const COLUMNS = "account_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (account_id, id)";

  it("find nothing in azora's own and a table under guard", async () => {
    const table = `CREATE TABLE tenant.samples (${COLUMNS}); SELECT guard.protect('tenant.samples');`;
    expect(await found({ "20270101000000_samples/migration.sql": table })).toEqual([]);
  });

  it("find a table that somebody adds without the account", async () => {
    const table = "CREATE TABLE tenant.samples (id uuid PRIMARY KEY); GRANT SELECT ON tenant.samples TO azora_runtime;";
    const findings = await found({ "20270101000000_samples/migration.sql": table });
    expect(findings).toContain("account-column table tenant.samples");
    expect(findings.filter((finding) => !finding.endsWith("table tenant.samples"))).toEqual([]);
  });
});

describe("a migration that fails is named", () => {
  it.each([
    {
      what: "with its line and statement",
      sql: "CREATE TABLE a (id int);\n\n-- why\nCREATE TABLE b (\n  id nonsense\n);\nCREATE TABLE c (id int);",
      message: /2_bad\.sql:4 can't be applied: type "nonsense" does not exist \(42704\)\.\n {2}CREATE TABLE b/,
      hint: /nothing was changed/,
    },
    {
      what: "when it fails as it runs",
      sql: "CREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a VALUES (1); INSERT INTO a VALUES (1);",
      message: /2_bad\.sql:2 can't be applied: duplicate key.*\(23505\)\. Key \(id\)=\(1\) already exists\.\n {2}INSERT/,
      hint: /nothing was changed/,
    },
    {
      what: "when it can't be parsed",
      sql: "SELECT 'é';\n\n\nCREATE TABEL a;\nSELECT 2;",
      message: /2_bad\.sql:4 can't be applied: syntax error at or near "TABEL" \(42601\)\.\n {2}CREATE TABEL a;$/,
      hint: /nothing was changed/,
    },
    {
      what: "when it wants an extension that the engine lacks",
      sql: "CREATE EXTENSION postgis;",
      message: /2_bad\.sql:1 can't be applied: extension "postgis" is not available/,
      hint: /PostgreSQL server that has it/,
    },
    {
      what: "when it wants a role that nobody named",
      sql: "CREATE TABLE a (id int);\nGRANT SELECT ON a TO anon;",
      message: /2_bad\.sql:2 can't be applied: role "anon" does not exist/,
      hint: /configuration's roles/,
    },
    {
      what: "when it wants rows from a terminal",
      sql: "CREATE TABLE a (id int);\nCOPY a (id)\n  FROM stdin;\n1\n\\.\n",
      message: /2_bad\.sql:2 can't be applied: it wants rows from psql/,
      hint: /Leave the rows out/,
    },
    {
      what: "when it wants to be alone",
      sql: "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY ON a (id);",
      message: /2_bad\.sql:2 can't be applied: CREATE INDEX CONCURRENTLY cannot run inside a transaction block/,
      hint: /migration of its own/,
    },
  ])("$what", async ({ sql, message, hint }) => {
    const run = migrated({ "1_good.sql": "CREATE TABLE good (id int);", "2_bad.sql": sql }, async () => "done");
    await expect(run).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });
});
