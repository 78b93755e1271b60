import { randomBytes } from "node:crypto";
import { type Attack, runAttacks } from "./run-attacks.js";
import { outcome, type Scene, succeeds } from "./scene.js";

const SUPERUSER = "a runtime login that is a superuser";

/** Something that no tenant may do at all, whoever's row it is about. */
function power(name: string, sql: string | ((scene: Scene) => string), breakage: Attack["breakage"] = SUPERUSER): Attack {
  return {
    name,
    breakage,
    run: (scene) => succeeds(scene.b.$queryRawUnsafe(typeof sql === "string" ? sql : sql(scene))),
  };
}

const fresh = () => `probe${randomBytes(4).toString("hex")}`;
const ONE_SESSION = "its one session runs one tenant's statement or transaction at a time";

runAttacks("powers that no tenant has", [
  power("reading a file of the server", "SELECT pg_read_file('PG_VERSION')"),
  power("listing a folder of the server", "SELECT pg_ls_dir('.')"),
  power("reading password hashes", "SELECT rolname::text, rolpassword FROM pg_authid"),
  power("reading the keys that sign contexts", "SELECT encode(inner_pad, 'hex') FROM guard.context_keys"),
  power("signing a context", "SELECT guard.sign('test', 'anything')"),
  power("entering an account in the database's name", ({ victim }) => `SELECT guard.enter('${victim.accountId}', 'x')::text`),
  power("unprotecting a table by protecting it anew", "SELECT guard.protect('tenant.documents')::text"),
  power(
    "making an account",
    () => `SELECT account_id::text FROM control.create_account('${fresh()}'::text, 'x', 'x@x.test', 'free', false)`,
    SUPERUSER,
  ),
  {
    name: "purging an account",
    breakage: SUPERUSER,
    run: async ({ b, world }) => {
      const { id } = await world.newTenant();
      return succeeds(b.$queryRawUnsafe(`SELECT account_slug FROM control.purge_account('${id}', 'x', true)`));
    },
  },
  power("reading the admin audit log", "SELECT action FROM control.admin_audit_log"),
  power("a table of its own", () => `CREATE TABLE tenant.${fresh()} (id int)`, "CREATE granted on the schema"),
  power("a view of its own", () => `CREATE VIEW tenant.${fresh()} AS SELECT 1 AS one`, "CREATE granted on the schema"),
  power(
    "a function of its own",
    () => `CREATE FUNCTION tenant.${fresh()}() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    "CREATE granted on the schema",
  ),
  power("a temporary table", () => `CREATE TEMPORARY TABLE ${fresh()} (id int)`, "TEMPORARY granted"),
  power(
    "a trigger on a table that all tenants share",
    () =>
      `CREATE TRIGGER ${fresh()} BEFORE UPDATE ON tenant.documents FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
    "TRIGGER granted",
  ),
  power(
    "a rule on a table that all tenants share",
    () => `CREATE RULE ${fresh()} AS ON UPDATE TO tenant.documents DO ALSO NOTHING`,
    "a runtime login that can become the owner",
  ),
  {
    name: "reading a large object of A's",
    breakage: "large objects open to everyone",
    run: async (scene) => {
      const made = await outcome(scene.a.$queryRawUnsafe(`SELECT lo_from_bytea(0, '${scene.victim.marker} text')::text AS id`));
      const id = Array.isArray(made) ? Number((made[0] as { id: string }).id) : 1;
      return scene.read(scene.b.$queryRawUnsafe(`SELECT convert_from(lo_get(${id}), 'UTF8') AS content`));
    },
  },
  {
    name: "reading A's statement while it runs",
    breakage: "a runtime login whose statements are on show",
    notOn: { embedded: ONE_SESSION },
    run: (scene) =>
      scene.a.$transaction(async (tx) => {
        await tx.$queryRawUnsafe(`SELECT '${scene.victim.marker} text' AS secret`);
        return scene.read(scene.b.$queryRawUnsafe("SELECT query FROM pg_stat_activity"));
      }),
  },
  {
    name: "ending A's session",
    breakage: "sessions that everybody may end",
    notOn: { embedded: ONE_SESSION },
    run: async (scene) =>
      !(await succeeds(
        scene.a.$transaction(async (tx) => {
          const [row] = await tx.$queryRawUnsafe("SELECT pg_backend_pid() AS pid");
          await outcome(scene.b.$queryRawUnsafe(`SELECT pg_terminate_backend(${row?.pid})`));
          return tx.$queryRawUnsafe("SELECT 1 AS alive");
        }),
      )),
  },
]);
