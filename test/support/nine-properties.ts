import type { World } from "./world.js";

/**
 * What makes a tenant table, each property asked of the catalog by itself: a query for the
 * tables that lack it. It shares no code with guard.protect(), which gives them. `t` is a tenant
 * table, `acc` the name of its account column.
 */
export const PROPERTIES = {
  "1. account_id uuid NOT NULL": `
    SELECT t FROM tables WHERE NOT EXISTS (
      SELECT FROM pg_attribute WHERE attrelid = t AND attname = acc AND atttypid = 'uuid'::regtype AND attnotnull)`,
  "2. a primary key that starts with account_id": `
    SELECT t FROM tables WHERE NOT EXISTS (
      SELECT FROM pg_index WHERE indrelid = t AND indisprimary AND pg_get_indexdef(indexrelid, 1, false) = quote_ident(acc))`,
  "2. every unique key starts with account_id": `
    SELECT t FROM tables JOIN pg_index ON indrelid = t
    WHERE (indisunique OR indisexclusion) AND pg_get_indexdef(indexrelid, 1, false) <> quote_ident(acc)`,
  "3. a validated foreign key to the account that cascades": `
    SELECT t FROM tables WHERE NOT EXISTS (
      SELECT FROM pg_constraint WHERE conrelid = t AND contype = 'f' AND convalidated
        AND pg_get_constraintdef(oid) = format('FOREIGN KEY (%I) REFERENCES control.accounts(id) ON DELETE CASCADE', acc))`,
  "4. foreign keys between tenant tables pair the accounts": `
    SELECT m.t FROM tables m JOIN pg_constraint c ON conrelid = m.t AND contype = 'f' JOIN tables r ON r.t = confrelid
    CROSS JOIN LATERAL regexp_match(pg_get_constraintdef(c.oid), '^FOREIGN KEY \\((.*)\\) REFERENCES .*\\((.*)\\)') def
    WHERE array_position(string_to_array(def[1], ', '), quote_ident(m.acc))
      IS DISTINCT FROM array_position(string_to_array(def[2], ', '), quote_ident(r.acc))
      OR quote_ident(m.acc) <> ALL (string_to_array(def[1], ', '))`,
  "4. no foreign key sets a column on delete": `
    SELECT t FROM tables JOIN pg_constraint ON conrelid = t AND contype = 'f' WHERE confdeltype IN ('n', 'd')`,
  "4. the referencing side of each has an index": `
    SELECT m.t FROM tables m JOIN pg_constraint c ON conrelid = m.t AND contype = 'f'
    WHERE (confrelid = 'control.accounts'::regclass OR confrelid IN (SELECT t FROM tables)) AND NOT EXISTS (
      SELECT FROM pg_index i WHERE indrelid = m.t AND indpred IS NULL AND indisvalid AND indnkeyatts >= cardinality(conkey)
        AND (SELECT bool_and(indkey[place] = ANY (conkey)) FROM generate_series(0, cardinality(conkey) - 1) place))`,
  "5. an index that starts with account_id": `
    SELECT t FROM tables WHERE NOT EXISTS (
      SELECT FROM pg_index WHERE indrelid = t AND indpred IS NULL AND indisvalid AND pg_get_indexdef(indexrelid, 1, false) = quote_ident(acc))`,
  "6. row security enabled and forced": `
    SELECT t FROM tables JOIN pg_class c ON c.oid = t WHERE NOT (relrowsecurity AND relforcerowsecurity)`,
  "6. one policy that opens, for all commands and everybody, on both checks": `
    SELECT t FROM tables WHERE (SELECT count(*) FROM pg_policy WHERE polrelid = t AND polpermissive) <> 1 OR NOT EXISTS (
      SELECT FROM pg_policy, LATERAL (SELECT pg_get_expr(polqual, t) AS using, pg_get_expr(polwithcheck, t) AS check) e
      WHERE polrelid = t AND polcmd = '*' AND polpermissive AND polroles = '{0}'
        AND e.using = format('(%I = ( SELECT guard.current_account() AS current_account))', acc)
        AND (coalesce(e.check, e.using) = e.using
          -- A log that nobody but guard's functions can add to; they have checked the context when they do.
          OR replace(e.check, 'claimed', 'current') = e.using AND NOT has_table_privilege('azora_runtime', t, 'INSERT')))`,
  "6. one policy that narrows, to who may read": `
    SELECT t FROM tables WHERE (SELECT count(*) FROM pg_policy WHERE polrelid = t AND NOT polpermissive) <> 1 OR NOT EXISTS (
      SELECT FROM pg_policy WHERE polrelid = t AND NOT polpermissive AND polcmd = 'r' AND polroles = '{0}' AND pg_get_expr(polqual, t) =
        format('( SELECT ((CURRENT_USER = ''azora_owner''::name) OR guard.holds(%L::text)) AS permitted)', guard.needed(t, 'read')))`,
  "6. a permission for each kind of write, always asked for": `
    SELECT t FROM tables, (VALUES (4, 'create'), (8, 'delete'), (16, 'update')) w(event, action)
    WHERE has_table_privilege('azora_runtime', t, 'INSERT') AND NOT EXISTS (
      SELECT FROM pg_trigger WHERE tgrelid = t AND tgenabled = 'A' AND tgfoid = 'guard.check_write()'::regprocedure AND tgtype & event <> 0
        AND tgargs = convert_to(guard.needed(t, action), 'UTF8') || '\\x00'::bytea)`,
  "7. an audit trigger for each kind of write, always on": `
    SELECT t FROM tables, unnest(ARRAY[4, 8, 16]) event WHERE t NOT IN ('tenant.audit_log'::regclass, 'tenant.audit_checkpoints'::regclass, 'tenant.audit_retentions'::regclass) AND NOT EXISTS (
      SELECT FROM pg_trigger WHERE tgrelid = t AND tgenabled = 'A' AND tgfoid = 'guard.audit_write()'::regprocedure AND tgtype & event <> 0)`,
  "7. TRUNCATE is refused, always": `
    SELECT t FROM tables WHERE NOT EXISTS (
      SELECT FROM pg_trigger WHERE tgrelid = t AND tgenabled = 'A' AND tgfoid = 'guard.refuse()'::regprocedure AND tgtype & 32 <> 0 AND tgtype & 2 <> 0)`,
  "8. account_id never changes": `
    SELECT t FROM tables WHERE NOT EXISTS (
      SELECT FROM pg_trigger WHERE tgrelid = t AND tgenabled = 'A' AND tgtype & 16 <> 0 AND tgtype & 2 <> 0
        AND tgfoid IN ('guard.keep_identity()'::regprocedure, 'guard.refuse()'::regprocedure))`,
  "9. rights for the owner and the tenant plane's login alone": `
    SELECT t FROM tables JOIN pg_class c ON c.oid = t, LATERAL (
      SELECT grantee, privilege_type FROM aclexplode(relacl)
      UNION ALL SELECT x.grantee, x.privilege_type FROM pg_attribute a, LATERAL aclexplode(a.attacl) x WHERE a.attrelid = t) r
    WHERE r.grantee <> relowner AND (r.grantee <> 'azora_runtime'::regrole OR r.privilege_type IN ('TRUNCATE', 'TRIGGER', 'REFERENCES', 'MAINTAIN'))`,
  "9. a sequence that fills a column is only drawn from": `
    SELECT t FROM tables JOIN pg_depend d ON d.refobjid = t JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S', LATERAL aclexplode(s.relacl) r
    WHERE r.grantee <> s.relowner AND (r.grantee <> 'azora_runtime'::regrole OR r.privilege_type <> 'USAGE')`,
  "9. the owner is nobody who logs in": `
    SELECT t FROM tables JOIN pg_class c ON c.oid = t JOIN pg_roles o ON o.oid = relowner
    WHERE o.rolcanlogin OR o.rolsuper OR o.rolbypassrls`,
} as const;

export type Property = keyof typeof PROPERTIES;

export const PROPERTY_NAMES = Object.keys(PROPERTIES) as Property[];

/** Tenant tables that lack a property: those of schema tenant, and whatever else was protected. */
export async function lacking(world: World, property: Property): Promise<string[]> {
  const rows = await world.look<{ t: string }>(`
    WITH tables AS (
      SELECT c.oid::regclass AS t, coalesce(p.account_column, 'account_id') AS acc
      FROM pg_class c LEFT JOIN guard.protected_tables p ON p.table_id = c.oid
      WHERE c.relkind IN ('r', 'p') AND (c.relnamespace = 'tenant'::regnamespace OR p.table_id IS NOT NULL))
    SELECT DISTINCT t::text FROM (${PROPERTIES[property]}) found ORDER BY 1`);
  return rows.map(({ t }) => t);
}
