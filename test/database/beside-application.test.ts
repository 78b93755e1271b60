import { randomBytes } from "node:crypto";
import { Client, Pool } from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { applyMigrations } from "../../src/database/migrate/apply.js";
import { findDrift } from "../../src/database/migrate/drift.js";
import { compareHistory, type Migration, readMigrations } from "../../src/database/migrate/history.js";
import { applyGuard } from "../../src/installation/guard/apply.js";
import { planGuard } from "../../src/installation/guard/plan.js";
import { historyOf, installApplication } from "../support/application.js";
import { WEBSHOP } from "../support/samples/samples.js";
import { administer, dropDatabase, urlOf } from "../support/server-template.js";

const PASSWORD = randomBytes(12).toString("hex");

/** A database that an application uses already, with logins that have something in it, each in another way. */
class Inhabited {
  readonly name = `${inject("prepared").templates.settled}_${randomBytes(4).toString("hex")}`;
  readonly #serverUrl = inject("prepared").serverUrl;
  owner!: Pool;

  role(what: string): string {
    return `${this.name}_${what}`;
  }

  async open(): Promise<void> {
    const logins = ["reader", "maker", "member", "switcher", "policed", "watcher", "stranger"];
    await administer(
      this.#serverUrl,
      `CREATE DATABASE ${this.name} TEMPLATE template0`,
      `CREATE ROLE ${this.role("group")}`,
      ...logins.map((login) => `CREATE ROLE ${this.role(login)} LOGIN PASSWORD '${PASSWORD}'`),
      `ALTER ROLE ${this.role("switcher")} NOINHERIT`,
      `GRANT pg_read_all_data TO ${this.role("watcher")}`,
      `GRANT ${this.role("group")} TO ${this.role("member")}, ${this.role("switcher")}`,
    );
    this.owner = new Pool({ connectionString: urlOf(this.#serverUrl, this.name), max: 3 });
    // A pool ends before its connections have: the database may be dropped in between.
    this.owner.on("error", () => undefined);
    await installApplication(this.owner);
    await this.owner.query(`
      GRANT SELECT ON public.shops TO ${this.role("reader")};
      GRANT SELECT (id) ON public.shops TO ${this.role("group")};
      CREATE SCHEMA made AUTHORIZATION ${this.role("maker")};
      CREATE POLICY everything ON public.countries TO ${this.role("policed")} USING (true)`);
  }

  /** What PostgreSQL answers a login that connects and makes a temporary table: nothing, or an SQLSTATE. */
  async refusal(login: string): Promise<string | undefined> {
    const client = new Client({ connectionString: urlOf(this.#serverUrl, this.name, this.role(login), PASSWORD) });
    try {
      await client.connect();
      await client.query("CREATE TEMPORARY TABLE scratch (id int)");
      return undefined;
    } catch (error) {
      return (error as { code?: string }).code;
    } finally {
      await client.end();
    }
  }

  async close(): Promise<void> {
    await this.owner.end();
    const { rows } = await this.#roles();
    await dropDatabase(this.#serverUrl, this.name);
    await administer(this.#serverUrl, ...rows.map(({ rolname }) => `DROP ROLE ${rolname}`));
  }

  async #roles() {
    const client = new Client({ connectionString: this.#serverUrl });
    await client.connect();
    try {
      return await client.query<{ rolname: string }>("SELECT rolname FROM pg_roles WHERE starts_with(rolname, $1)", [this.name]);
    } finally {
      await client.end();
    }
  }
}

describe("an application's database", () => {
  const database = new Inhabited();
  let before: unknown;
  beforeAll(async () => {
    await database.open();
    before = await historyOf(database.owner);
    expect(await database.refusal("stranger")).toBeUndefined();
    await applyMigrations(database.owner);
  });
  afterAll(() => database.close());

  it("keeps its own history of migrations, and azora keeps another, in a schema that holds nothing else", async () => {
    const known = (await readMigrations()).map(({ name }) => name);
    expect(await compareHistory(database.owner)).toEqual({ applied: known, pending: [], unknown: [] });
    expect(await applyMigrations(database.owner)).toEqual([]);
    const { rows } = await database.owner.query(
      "SELECT relname FROM pg_class WHERE relnamespace = 'azora'::regnamespace ORDER BY 1",
    );
    expect(rows.map(({ relname }) => relname)).toEqual(["_prisma_migrations", "_prisma_migrations_pkey"]);
    expect(await historyOf(database.owner)).toEqual(before);
  });

  it.each(["reader", "maker", "member", "switcher", "policed"])("still lets its %s in", async (login) => {
    expect(await database.refusal(login)).toBeUndefined();
  });

  // The watcher's right is on the whole cluster, and would reach azora's tables as well.
  it.each(["stranger", "watcher"])("is closed to a %s, who was given nothing in it", async (login) => {
    expect(await database.refusal(login)).toBe("42501");
  });

  it("is left by the migrations with its connections as they were", async () => {
    await applyMigrations(database.owner);
    expect((await database.owner.query("SHOW search_path")).rows).toEqual([{ search_path: '"$user", public' }]);
  });

  it("names whom it lets in, and gives azora's own logins no more than before", async () => {
    const { rows } = await database.owner.query<{ grantee: string; rights: string[] }>(`
      SELECT coalesce(r.rolname, 'PUBLIC') AS grantee, array_agg(a.privilege_type ORDER BY a.privilege_type) AS rights
      FROM pg_database d, aclexplode(d.datacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
      WHERE d.datname = current_database() AND a.grantee <> d.datdba GROUP BY 1 ORDER BY 1`);
    const kept = ["maker", "member", "policed", "reader", "switcher"].map((login) => [
      database.role(login),
      ["CONNECT", "TEMPORARY"],
    ]);
    const own = ["azora_owner", "azora_runtime", "azora_support"].map((login) => [login, ["CONNECT"]]);
    expect(new Map(rows.map(({ grantee, rights }) => [grantee, rights]))).toEqual(
      new Map([...own, ...kept] as [string, string[]][]),
    );
  });

  it("comes under guard, with no drift, and its history as it was", async () => {
    const { findings } = await planGuard(database.owner, WEBSHOP.input);
    expect(findings.filter(({ table }) => table?.includes("_prisma_migrations"))).toEqual([]);
    await applyGuard(database.owner, WEBSHOP.input, { dryRun: false });
    expect((await planGuard(database.owner, WEBSHOP.input)).steps).toEqual([]);
    expect((await findDrift(database.owner)).filter(({ sql }) => sql !== "")).toEqual([]);
    expect(await historyOf(database.owner)).toEqual(before);
  });
});

describe("an application's database, by migrations that name nobody", () => {
  const database = new Inhabited();
  beforeAll(() => database.open());
  afterAll(() => database.close());

  it("would shut the application out", async () => {
    const careless = ({ name, sql }: Migration) => ({ name, sql: sql.replace("GRANT %s ON DATABASE %I TO %I", "SELECT 1") });
    const migrations = (await readMigrations()).map(careless);
    expect(migrations).not.toEqual(await readMigrations());
    await applyMigrations(database.owner, migrations);
    expect(await database.refusal("reader")).toBe("42501");
  });
});
