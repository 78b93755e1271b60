import type { ClientBase } from "pg";
import { callsOf, WITH_CARRIERS } from "./calls.js";
import type { Policy, RewriteRule, Trigger } from "./catalog.js";
import type { Piece } from "./read-columns.js";
import { columnNames, isUserSchema, readsOf } from "./sql.js";

const POLICIES = `
  ${WITH_CARRIERS}
  SELECT p.polrelid AS relation, p.polname AS name, p.polpermissive AS permissive,
    CASE p.polcmd WHEN '*' THEN 'all' WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' ELSE 'delete' END AS command,
    (SELECT json_agg(CASE WHEN r <> 0 THEN pg_get_userbyid(r) END ORDER BY r) FROM unnest(p.polroles) r) AS roles,
    pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS check,
    ${readsOf("pg_policy", "p.oid", "p.polrelid")} AS reads, ${callsOf("SELECT 'pg_policy'::regclass AS class, p.oid AS id")} AS calls
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace AND ${isUserSchema("n.nspname")}
  ORDER BY p.polrelid, p.polname COLLATE "C"`;

export async function readPolicies(client: ClientBase): Promise<Piece<Policy>[]> {
  return (await client.query<Piece<Policy>>(POLICIES)).rows;
}

/** Bits of pg_trigger.tgtype, as PostgreSQL's catalog/pg_trigger.h numbers them. */
const TRIGGERS = `
  ${WITH_CARRIERS}
  SELECT t.tgrelid AS relation, t.tgname AS name, t.tgfoid::regprocedure::text AS function, pg_get_triggerdef(t.oid) AS definition,
    CASE t.tgenabled WHEN 'O' THEN 'origin' WHEN 'A' THEN 'always' WHEN 'R' THEN 'replica' ELSE 'disabled' END AS enabled,
    CASE WHEN t.tgtype & 64 <> 0 THEN 'instead of' WHEN t.tgtype & 2 <> 0 THEN 'before' ELSE 'after' END AS timing,
    CASE WHEN t.tgtype & 1 <> 0 THEN 'row' ELSE 'statement' END AS level,
    to_json(array_remove(ARRAY[CASE WHEN t.tgtype & 4 <> 0 THEN 'insert' END, CASE WHEN t.tgtype & 16 <> 0 THEN 'update' END,
      CASE WHEN t.tgtype & 8 <> 0 THEN 'delete' END, CASE WHEN t.tgtype & 32 <> 0 THEN 'truncate' END], NULL)) AS events,
    ${columnNames("t.tgrelid", "t.tgattr::smallint[]")} AS columns, t.tgargs AS arguments,
    ${callsOf("SELECT 'pg_trigger'::regclass AS class, t.oid AS id")} AS calls, t.tgqual IS NOT NULL AS conditional
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace AND ${isUserSchema("n.nspname")}
  WHERE NOT t.tgisinternal
  ORDER BY t.tgrelid, t.tgname COLLATE "C"`;

type TriggerRow = Piece<Omit<Trigger, "arguments" | "when">> & { readonly arguments: Buffer; readonly conditional: boolean };

export async function readTriggers(client: ClientBase): Promise<Piece<Trigger>[]> {
  const { rows } = await client.query<TriggerRow>(TRIGGERS);
  return rows.map(({ conditional, ...row }) => ({
    ...row,
    arguments: row.arguments.toString("utf8").split("\0").slice(0, -1),
    when: conditional ? conditionOf(row.definition) : null,
  }));
}

/** pg_get_expr() can't print one that names both OLD and NEW. */
function conditionOf(definition: string): string {
  return / WHEN \((.*)\) EXECUTE FUNCTION /s.exec(definition)?.[1] ?? definition;
}

const RULES = `
  SELECT r.ev_class AS relation, r.rulename AS name, r.is_instead AS instead, r.ev_enabled <> 'D' AS enabled,
    CASE r.ev_type WHEN '1' THEN 'select' WHEN '2' THEN 'update' WHEN '3' THEN 'insert' ELSE 'delete' END AS event,
    pg_get_ruledef(r.oid) AS definition
  FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace AND ${isUserSchema("n.nspname")}
  WHERE NOT (r.rulename = '_RETURN' AND c.relkind IN ('v', 'm'))
  ORDER BY r.ev_class, r.rulename COLLATE "C"`;

export async function readRules(client: ClientBase): Promise<Piece<RewriteRule>[]> {
  return (await client.query<Piece<RewriteRule>>(RULES)).rows;
}
