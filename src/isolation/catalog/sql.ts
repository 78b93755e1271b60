/** Pieces of SQL that the readers share. Names come out as search_path `pg_catalog, pg_temp` makes them: qualified and quoted. */

/** Schemas that aren't looked into: PostgreSQL's own, and what belongs to one session. */
export const SYSTEM_SCHEMAS = `('pg_catalog', 'information_schema', 'pg_toast')`;

/** Condition for a namespace that is looked into. */
export function isUserSchema(name: string): string {
  return `${name} NOT IN ${SYSTEM_SCHEMAS} AND ${name} !~ '^pg_(temp|toast_temp)_'`;
}

/** JSON list of the rights in an access control list. */
export function grants(acl: string): string {
  return `(SELECT coalesce(json_agg(json_build_object('grantee', CASE WHEN x.grantee <> 0 THEN pg_get_userbyid(x.grantee) END,
      'right', x.privilege_type, 'grantable', x.is_grantable) ORDER BY pg_get_userbyid(x.grantee) COLLATE "C", x.privilege_type), '[]')
    FROM aclexplode(${acl}) x)`;
}

/** The same, with what PostgreSQL means by no list at all. */
export function grantsOrDefault(acl: string, kind: string, owner: string): string {
  return grants(`coalesce(${acl}, acldefault('${kind}', ${owner}))`);
}

/** JSON list of column names by their numbers, in order; null for an expression. */
export function columnNames(relation: string, numbers: string): string {
  return `(SELECT coalesce(json_agg(named.attname ORDER BY numbered.at), '[]') FROM unnest(${numbers}) WITH ORDINALITY numbered(number, at)
    LEFT JOIN pg_attribute named ON named.attrelid = ${relation} AND named.attnum = numbered.number AND numbered.number > 0)`;
}

/** The extension that brought an object, or null. */
export function extensionOf(catalog: string, oid: string): string {
  return `(SELECT e.extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
    WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.objsubid = 0 AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' LIMIT 1)`;
}

/** JSON list of the relations that rows of a catalog depend on, but for one. */
export function readsOf(catalog: string, oid: string, not: string): string {
  return `(SELECT coalesce(json_agg(DISTINCT d.refobjid::regclass::text), '[]') FROM pg_depend d
    WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> ${not})`;
}
