import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTenantDb } from "../../src/tenant-plane/tenant-db.js";
import { World } from "../support/world.js";

// Only on a server: the embedded engine never waits for the disk.
describe("the mode of the read audit", () => {
  let opened: World;
  const world = () => opened;
  afterAll(() => opened?.close());
  beforeAll(async () => {
    opened = await World.open("server");
    const [database] = await world().look<{ name: string }>("SELECT quote_ident(current_database()) AS name");
    // The test server is set up not to wait at all.
    await world().look(`ALTER DATABASE ${database?.name} SET synchronous_commit = on`);
    await world().look(`
      CREATE TABLE guard.waited (audit_id uuid, setting text);
      ALTER TABLE guard.waited OWNER TO azora_owner;
      CREATE FUNCTION guard.note_wait() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
        INSERT INTO guard.waited VALUES (NEW.id, current_setting('synchronous_commit')); RETURN NULL; END $$;
      ALTER FUNCTION guard.note_wait() OWNER TO azora_owner;
      CREATE TRIGGER note_wait AFTER INSERT ON tenant.audit_log FOR EACH ROW EXECUTE FUNCTION guard.note_wait()`);
  });

  const client = (readAudit?: "sync" | "async" | "off") => {
    const actor = randomUUID();
    const db = openTenantDb(world(), { accountId: world().a.id, actor }, readAudit ? { readAudit } : {});
    const lines = () =>
      world().look(
        "SELECT operation::text, setting FROM tenant.audit_log JOIN guard.waited ON audit_id = id WHERE actor = $1 ORDER BY occurred_at, id",
        actor,
      );
    return { db, lines };
  };

  it("async, the default: a read's line doesn't wait for the disk", async () => {
    const { db, lines } = client();
    await db.document.findMany();
    await expect.poll(lines).toEqual([{ operation: "read", setting: "off" }]);
  });

  it("sync: it does", async () => {
    const { db, lines } = client("sync");
    await db.document.findMany();
    await db.$transaction((tx) => tx.document.findMany());
    expect(await lines()).toEqual([
      { operation: "read", setting: "on" },
      { operation: "read", setting: "on" },
    ]);
  });

  it("off: there is none, and writes have theirs", async () => {
    const { db, lines } = client("off");
    await db.document.findMany();
    await db.$queryRaw`SELECT 1 FROM tenant.documents`;
    await db.$transaction((tx) => tx.document.findMany());
    await db.document.create({ data: { number: randomUUID(), title: "off" } });
    expect(await lines()).toEqual([{ operation: "create", setting: "on" }]);
  });

  it("never lets a write go without waiting for the disk", async () => {
    const { db, lines } = client("async");
    await db.$transaction(async (tx) => {
      await tx.document.findMany();
      await tx.document.create({ data: { number: randomUUID(), title: "async" } });
      await tx.document.findMany();
    });
    await db.$queryRaw`WITH made AS (INSERT INTO tenant.documents (number, title) VALUES (${randomUUID()}, 'raw') RETURNING title) SELECT * FROM made`;
    const found = await lines();
    expect(found).toHaveLength(5);
    for (const { setting } of found) expect(setting).toBe("on");
  });

  it("async waits for nothing in a transaction of reads alone", async () => {
    const { db, lines } = client("async");
    await db.$transaction(async (tx) => {
      await tx.document.findMany();
      await tx.batch.count();
    });
    expect((await lines()).map(({ setting }) => setting)).toEqual(["off", "off"]);
  });

  describe("when the log takes no lines", () => {
    const full = () =>
      world().look("ALTER TABLE tenant.audit_log ADD CONSTRAINT full_disk CHECK (operation <> 'read') NOT VALID");
    const freed = () => world().look("ALTER TABLE tenant.audit_log DROP CONSTRAINT full_disk");

    it("sync hands over nothing", async () => {
      const { db } = client("sync");
      await full();
      await expect(db.document.findMany()).rejects.toThrow(/These values are not allowed here/);
      await freed();
      await db.document.findMany();
    });

    it("async says so of the first read, and hands over nothing after it until lines are written again", async () => {
      const { db, lines } = client("async");
      await full();
      const said = new Promise((resolve) => db.$on("error", ({ message }) => resolve(message)));
      expect(await db.document.findMany()).not.toEqual([]);
      expect(await said).toMatch(/A read could not be logged: These values are not allowed here/);
      await expect(db.document.findMany()).rejects.toThrow(/These values are not allowed here/);
      await expect(client("async").db.batch.findMany()).rejects.toThrow(/These values are not allowed here/);
      await freed();
      await db.document.findMany();
      await db.document.findMany();
      await expect.poll(lines).toHaveLength(2);
    });

    it("async tries another connection before it says so", async () => {
      const { db, lines } = client("async");
      // What fails once: the first insert of this actor, whatever connection it comes by.
      await world().look(`
        CREATE SEQUENCE guard.tries;
        ALTER SEQUENCE guard.tries OWNER TO azora_owner;
        CREATE FUNCTION guard.fail_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
          IF nextval('guard.tries') = 1 THEN RAISE 'not this time'; END IF; RETURN NEW; END $$;
        ALTER FUNCTION guard.fail_once() OWNER TO azora_owner;
        CREATE TRIGGER fail_once BEFORE INSERT ON tenant.audit_log FOR EACH ROW EXECUTE FUNCTION guard.fail_once()`);
      expect(await db.document.findMany()).not.toEqual([]);
      await expect.poll(lines).toEqual([{ operation: "read", setting: "off" }]);
      await world().look("DROP TRIGGER fail_once ON tenant.audit_log");
    });
  });
});
