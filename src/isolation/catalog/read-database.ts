import type { ClientBase } from "pg";
import type { DatabaseFacts, Server } from "./catalog.js";
import { extensionOf, grants, grantsOrDefault } from "./sql.js";

const SERVER = `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
  current_database() AS database, current_user AS user`;

export async function readServer(client: ClientBase): Promise<Server> {
  const { rows } = await client.query<Server>(SERVER);
  return rows[0] as Server;
}

const list = (select: string) => `(SELECT coalesce(json_agg(x ORDER BY x::text COLLATE "C"), '[]') FROM (${select}) x)`;

/** Large objects have no row security, and sessions of one role may end each other: both are open to everybody unless taken away. */
const SHARED_FUNCTIONS = `p.proname ~ '^lo_|^lo(read|write)$' OR p.proname IN ('pg_cancel_backend', 'pg_terminate_backend')`;

/** Rights that aren't among those that initdb wrote down, or by which PostgreSQL starts. Everybody may read the information schema. */
const beyond = (acl: string, initial: string) => `
  (SELECT json_agg(json_build_object('grantee', CASE WHEN x.grantee <> 0 THEN pg_get_userbyid(x.grantee) END, 'right', x.privilege_type, 'grantable', x.is_grantable))
   FROM aclexplode(${acl}) x WHERE NOT EXISTS (SELECT FROM aclexplode(${initial}) i WHERE i.grantee = x.grantee AND i.privilege_type = x.privilege_type))`;

const SYSTEM_GRANTS = `
  SELECT * FROM (
    SELECT 'table ' || c.oid::regclass AS object, ${beyond("c.relacl", "coalesce(i.initprivs, acldefault('r', c.relowner))")} AS grants
    FROM pg_class c LEFT JOIN pg_init_privs i ON i.objoid = c.oid AND i.classoid = 'pg_class'::regclass AND i.objsubid = 0
    WHERE c.relnamespace IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace) AND c.relacl IS NOT NULL
    UNION ALL
    SELECT 'table ' || c.oid::regclass, ${beyond("c.relacl", "acldefault('r', c.relowner) || makeaclitem(0, c.relowner, 'SELECT', false)")}
    FROM pg_class c WHERE c.relnamespace = 'information_schema'::regnamespace AND c.relacl IS NOT NULL
    UNION ALL
    SELECT 'column ' || a.attrelid::regclass || '.' || quote_ident(a.attname), ${beyond("a.attacl", "i.initprivs")}
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_init_privs i ON i.objoid = c.oid AND i.classoid = 'pg_class'::regclass AND i.objsubid = a.attnum
    WHERE c.relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) AND a.attacl IS NOT NULL
    UNION ALL
    SELECT 'function ' || p.oid::regprocedure, ${beyond("p.proacl", "coalesce(i.initprivs, acldefault('f', p.proowner))")}
    FROM pg_proc p LEFT JOIN pg_init_privs i ON i.objoid = p.oid AND i.classoid = 'pg_proc'::regclass
    WHERE p.pronamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) AND p.proacl IS NOT NULL
  ) s WHERE grants IS NOT NULL`;

/** initdb numbers up to 16383. */
const SYSTEM_ADDITIONS = `
  SELECT pg_describe_object(o.class, o.id, 0) AS name FROM (
    SELECT 'pg_operator'::regclass AS class, oid AS id FROM pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace
    UNION ALL SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace
    UNION ALL SELECT 'pg_cast'::regclass, c.oid FROM pg_cast c JOIN pg_type s ON s.oid = c.castsource JOIN pg_type t ON t.oid = c.casttarget
      WHERE s.oid < 16384 AND t.oid < 16384
    UNION ALL SELECT 'pg_amproc'::regclass, a.oid FROM pg_amproc a WHERE a.amprocfamily < 16384 AND ${extensionOf("pg_proc", "a.amproc")} IS NULL
    UNION ALL SELECT 'pg_amop'::regclass, a.oid FROM pg_amop a WHERE a.amopfamily < 16384 AND ${extensionOf("pg_operator", "a.amopopr")} IS NULL) o
  WHERE o.id >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.id AND d.deptype = 'e')`;

const OWNED = `
  SELECT pg_get_userbyid(d.refobjid) AS role, d.classid::regclass::text AS kind, count(*)::int AS count,
    min(pg_describe_object(d.classid, d.objid, 0) COLLATE "C") AS example
  FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o'
    AND (d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
      OR d.classid = 'pg_database'::regclass AND d.objid = (SELECT oid FROM pg_database WHERE datname = current_database()))
  GROUP BY 1, 2`;

const DATABASE = `
  SELECT pg_get_userbyid(db.datdba) AS owner, ${grantsOrDefault("db.datacl", "d", "db.datdba")} AS grants,
    ${list(`SELECT s AS setting FROM pg_db_role_setting d, unnest(d.setconfig) s WHERE d.setrole = 0 AND d.setdatabase IN (0, db.oid)`)} AS settings,
    ${list("SELECT e.extname AS name, n.nspname AS schema, e.extversion AS version FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace")} AS extensions,
    ${list("SELECT e.evtname AS name, e.evtevent AS event, e.evtfoid::regprocedure::text AS function, e.evtenabled <> 'D' AS enabled FROM pg_event_trigger e")} AS "eventTriggers",
    ${list(`SELECT p.pubname AS name, p.puballtables OR EXISTS (SELECT FROM pg_publication_namespace n WHERE n.pnpubid = p.oid) AS "allTables",
      (SELECT coalesce(json_agg(r.prrelid::regclass::text), '[]') FROM pg_publication_rel r WHERE r.prpubid = p.oid) AS tables FROM pg_publication p`)} AS publications,
    ${list("SELECT s.subname AS name FROM pg_subscription s WHERE s.subdbid = db.oid")} AS subscriptions,
    ${list(`SELECT s.srvname AS name, w.fdwname AS wrapper, ${grantsOrDefault("s.srvacl", "S", "s.srvowner")} AS grants
      FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw`)} AS "foreignServers",
    ${list(`SELECT w.fdwname AS name, ${grantsOrDefault("w.fdwacl", "F", "w.fdwowner")} AS grants FROM pg_foreign_data_wrapper w`)} AS "foreignWrappers",
    ${list(`SELECT p.parname AS parameter, ${grants("p.paracl")} AS grants FROM pg_parameter_acl p`)} AS "parameterGrants",
    ${list(`SELECT l.lanname AS name, l.lanpltrusted AS trusted, ${grantsOrDefault("l.lanacl", "l", "l.lanowner")} AS grants FROM pg_language l`)} AS languages,
    ${list(`SELECT p.oid::regprocedure::text AS name, ${grantsOrDefault("p.proacl", "f", "p.proowner")} AS grants
      FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND (${SHARED_FUNCTIONS})`)} AS "systemFunctions",
    ${list(SYSTEM_GRANTS)} AS "systemGrants", ${list(SYSTEM_ADDITIONS)} AS "systemAdditions",
    (SELECT count(*)::int FROM pg_largeobject_metadata) AS "largeObjects",
    ${list(OWNED)} AS owned
  FROM pg_database db WHERE db.datname = current_database()`;

interface Row extends Omit<DatabaseFacts, "settings" | "subscriptions" | "systemAdditions"> {
  readonly systemAdditions: readonly { readonly name: string }[];
  readonly settings: readonly { readonly setting: string }[];
  readonly subscriptions: readonly { readonly name: string }[];
}

export async function readDatabase(client: ClientBase): Promise<DatabaseFacts> {
  const { rows } = await client.query<Row>(DATABASE);
  const { settings, subscriptions, systemAdditions, ...facts } = rows[0] as Row;
  const namesOf = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name);
  return {
    ...facts,
    settings: settings.map(({ setting }) => setting),
    subscriptions: namesOf(subscriptions),
    systemAdditions: namesOf(systemAdditions),
  };
}
