import { type Attack, runAttacks } from "./run-attacks.js";
import { outcome, type Scene } from "./scene.js";

const OPEN = "policies that are true";
const OWNER = "a runtime login that can become the owner";
const BYPASS = "a runtime login with BYPASSRLS";
/** The embedded session is a superuser's, who puts on another name before each statement. */
const RENAMED = { server: "a runtime login that is a superuser", embedded: "an embedded session named once" } as const;

const TITLES = "SELECT title FROM tenant.documents";
/** Runs SQL inside SQL: what the same statement has changed before holds for it already. */
const INSIDE = `query_to_xml('${TITLES}', true, true, '')::text AS xml`;

/** One raw statement whose answer, or whose error, shows a text of A's when it gets through. */
function query(name: string, sql: string | ((scene: Scene) => string), breakage: Attack["breakage"] = OPEN): Attack {
  return {
    name,
    breakage,
    run: (scene) => scene.read(scene.b.$queryRawUnsafe(typeof sql === "string" ? sql : sql(scene))),
  };
}

/** Raw statements by themselves, one after the other, then a look. SUPERUSER stands for that role's name. */
function oneByOne(name: string, statements: readonly string[], breakage: Attack["breakage"], look = TITLES): Attack {
  return {
    name: `${name}, statement by statement`,
    breakage,
    run: async (scene) => {
      for (const sql of statements) await outcome(scene.b.$executeRawUnsafe(sql.replace("SUPERUSER", superuserOf(scene))));
      return scene.read(scene.b.$queryRawUnsafe(look));
    },
  };
}

/** The same in one interactive transaction. What it has read counts, even if its end fails. */
function together(name: string, statements: readonly string[], breakage: Attack["breakage"], look = TITLES): Attack {
  return {
    name: `${name}, in one transaction`,
    breakage,
    run: async (scene) => {
      let leaked = false;
      const work = scene.b.$transaction(async (tx) => {
        for (const sql of statements) await tx.$executeRawUnsafe(sql.replace("SUPERUSER", superuserOf(scene)));
        leaked = scene.saw(await tx.$queryRawUnsafe(look));
      });
      return scene.saw(await outcome(work)) || leaked;
    },
  };
}

function bothWays(...args: [name: string, statements: readonly string[], breakage: Attack["breakage"], look?: string]): Attack[] {
  return [oneByOne(...args), together(...args)];
}

function superuserOf({ world }: Scene): string {
  return world.kind === "embedded" ? "postgres" : new URL(world.prepared.serverUrl).username;
}

const doBlock = (first: string) => `DO $$ DECLARE seen text; BEGIN ${first}
  EXECUTE 'SELECT string_agg(title, '','') FROM tenant.documents' INTO seen; RAISE EXCEPTION '%', seen; END $$`;

/** Raw SQL that reads. */
const reading: Attack[] = [
  query("a plain SELECT", TITLES),
  query("a SELECT of A's account", ({ victim }) => `${TITLES} WHERE account_id = '${victim.accountId}'`),
  query("a SELECT by a login that is a superuser", TITLES, RENAMED.server),
  query(
    "a join that starts in the own account",
    `
    SELECT other.title FROM tenant.documents mine JOIN tenant.documents other ON other.account_id <> mine.account_id`,
  ),
  query("a function that runs SQL of its own", `SELECT ${INSIDE}`),
  query(
    "an error that names the value",
    ({ victim }) => `SELECT CASE WHEN id = '${victim.documentId}' THEN title::int END FROM tenant.documents`,
  ),
  query(
    "a cheap function pushed below the policy",
    ({ victim }) =>
      `SELECT count(*)::int FROM tenant.documents WHERE CASE WHEN id = '${victim.documentId}' THEN title::int = 1 END`,
  ),
  query(
    "RETURNING of an update that joins",
    `
    UPDATE tenant.roles r SET description = r.description FROM tenant.documents d RETURNING d.title`,
  ),
  together("a prepared statement by name", [`PREPARE probe AS ${TITLES}`], OPEN, "EXECUTE probe"),
  together("a cursor", [`DECLARE probe CURSOR FOR ${TITLES}`], OPEN, "FETCH ALL FROM probe"),
  {
    name: "statistics of a column",
    breakage: "row security switched off",
    run: async (scene) => {
      await scene.world.owner.query("ANALYZE tenant.documents");
      return scene.read(
        scene.b.$queryRawUnsafe(
          "SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE tablename = 'documents'",
        ),
      );
    },
  },
  {
    name: "a DO block that reads and raises",
    breakage: OPEN,
    notOn: { embedded: "a login has no plpgsql there; the DO block that changes the session's name covers it" },
    run: (scene) => scene.read(scene.b.$queryRawUnsafe(doBlock("NULL;"))),
  },
];

/** Raw SQL that becomes somebody else. */
const becoming: Attack[] = [
  ...bothWays("SET SESSION AUTHORIZATION", ["SET SESSION AUTHORIZATION 'SUPERUSER'"], RENAMED),
  ...bothWays("SET session_authorization", ["SET session_authorization = 'SUPERUSER'"], RENAMED),
  together("SET LOCAL session_authorization", ["SET LOCAL session_authorization = 'SUPERUSER'"], RENAMED),
  ...bothWays("SET SESSION AUTHORIZATION DEFAULT", ["SET SESSION AUTHORIZATION DEFAULT"], RENAMED.server),
  ...bothWays("RESET ALL", ["RESET ALL"], RENAMED.server),
  oneByOne("DISCARD ALL", ["DISCARD ALL"], RENAMED.server),
  ...bothWays(
    "SET ROLE to the owner",
    ["SET ROLE azora_owner", "ALTER TABLE tenant.documents NO FORCE ROW LEVEL SECURITY"],
    OWNER,
  ),
  ...bothWays("row_security = off", ["SET row_security = off"], BYPASS),
  ...bothWays("session_replication_role = replica", ["SET session_replication_role = replica"], RENAMED.server),
  {
    name: "the superuser's name by set_config() in the same statement",
    breakage: { server: RENAMED.server, embedded: "an embedded session that set_config() may change" },
    run: (scene) =>
      scene.read(
        scene.b.$queryRawUnsafe(`SELECT set_config('session_authorization', '${superuserOf(scene)}', false), ${INSIDE}`),
      ),
  },
  {
    name: "a DO block that changes the session's name between two of its statements",
    breakage: { server: RENAMED.server, embedded: "an embedded session that runs DO blocks" },
    run: (scene) => scene.read(scene.b.$queryRawUnsafe(doBlock(`SET SESSION AUTHORIZATION '${superuserOf(scene)}';`))),
  },
];

/** Raw SQL that drops its context. */
const dropping: Attack[] = [
  together("SET LOCAL of an empty context", ["SET LOCAL azora.context = ''"], "a policy that opens without a context"),
  together("RESET of the context", ["RESET azora.context"], "a policy that opens without a context"),
  together("a savepoint rolled back", ["SAVEPOINT s", "ROLLBACK TO SAVEPOINT s"], OPEN),
  together("COMMIT in the middle", ["COMMIT"], "a policy that opens without a context"),
  query(
    "an empty context in the same statement",
    `SELECT guard.set_context('')::text, ${INSIDE}`,
    "a policy that opens without a context",
  ),
];

// One call: each world, intact or broken, is made once for all of them.
runAttacks("raw SQL", [...reading, ...becoming, ...dropping]);
