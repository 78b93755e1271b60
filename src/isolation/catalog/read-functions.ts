import type { ClientBase } from "pg";
import type { DatabaseFunction, DefaultRights } from "./catalog.js";
import { extensionOf, grants, grantsOrDefault, isUserSchema } from "./sql.js";

/**
 * All functions but PostgreSQL's own. In its schema that is what initdb didn't make (it numbers up to 16383), and what
 * somebody changed: nothing that comes with it is written in PL/pgSQL or runs as its owner, and one that was made
 * LEAKPROOF later than initdb's last rules were written has been altered.
 */
const FUNCTIONS = `
  SELECT p.oid::regprocedure::text AS name, n.nspname AS schema, pg_get_userbyid(p.proowner) AS owner, l.lanname AS language,
    CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window' ELSE 'function' END AS kind,
    CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatility,
    p.prosecdef AS "securityDefiner", p.proleakproof AS leakproof, coalesce(to_json(p.proconfig), '[]') AS settings,
    coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) AS body, coalesce(pg_get_function_result(p.oid), '') AS returns,
    ${grantsOrDefault("p.proacl", "f", "p.proowner")} AS grants, ${extensionOf("pg_proc", "p.oid")} AS extension
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
  WHERE (${isUserSchema("n.nspname")} OR p.oid >= 16384 OR p.prosecdef OR l.lanname NOT IN ('internal', 'c', 'sql')
    OR (p.proleakproof AND p.xmin::text::bigint > (SELECT max(r.xmin::text::bigint) FROM pg_rewrite r WHERE r.oid < 16384)))
    -- What makes the values of a range type comes and goes with it.
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
  ORDER BY n.nspname COLLATE "C", p.oid::regprocedure::text COLLATE "C"`;

export async function readFunctions(client: ClientBase): Promise<DatabaseFunction[]> {
  return (await client.query<DatabaseFunction>(FUNCTIONS)).rows;
}

const DEFAULT_RIGHTS = `
  SELECT pg_get_userbyid(d.defaclrole) AS owner, n.nspname AS schema, ${grants("d.defaclacl")} AS grants,
    CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
      WHEN 'n' THEN 'schemas' ELSE 'large objects' END AS objects
  FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
  ORDER BY pg_get_userbyid(d.defaclrole) COLLATE "C", n.nspname COLLATE "C" NULLS FIRST, d.defaclobjtype`;

export async function readDefaultRights(client: ClientBase): Promise<DefaultRights[]> {
  return (await client.query<DefaultRights>(DEFAULT_RIGHTS)).rows;
}
