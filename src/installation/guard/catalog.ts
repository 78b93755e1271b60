import type { Pool } from "pg";

/** A column as the plan needs to know it. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
}

/** An index, or the constraint that it stands for. */
export interface Index {
  readonly name: string;
  /** Null for an index that no constraint owns. */
  readonly constraint: string | null;
  /** Names of plain columns; null for an expression. */
  readonly columns: readonly (string | null)[];
  readonly definition: string;
  readonly isPrimary: boolean;
  readonly isUnique: boolean;
  readonly isExclusion: boolean;
  readonly isPartial: boolean;
  /** False for one whose concurrent building was interrupted. */
  readonly isValid: boolean;
}

export interface ForeignKey {
  readonly name: string;
  /** Qualified and quoted, as `Table.name`. */
  readonly table: string;
  readonly columns: readonly string[];
  readonly references: string;
  readonly referencedColumns: readonly string[];
  /** PostgreSQL's letter: a, r, c, n or d. */
  readonly onDelete: string;
  /** ` DEFERRABLE …`, or nothing. */
  readonly deferring: string;
  /** Without NOT VALID. */
  readonly definition: string;
  readonly isValidated: boolean;
}

export interface Table {
  /** Qualified and quoted, as it stands in a statement. */
  readonly name: string;
  readonly schema: string;
  readonly relation: string;
  /** An ordinary table that neither has partitions nor inherits. */
  readonly isPlain: boolean;
  readonly pages: number;
  readonly columns: readonly Column[];
  readonly indexes: readonly Index[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly checks: readonly { readonly name: string; readonly isValidated: boolean }[];
  readonly policies: readonly string[];
  readonly triggers: readonly string[];
  /** Views and materialized views that read it. */
  readonly views: readonly { readonly name: string; readonly isMaterialized: boolean; readonly asInvoker: boolean }[];
  /** Other roles than the owner with a right on it. */
  readonly grantees: readonly string[];
  readonly sequences: readonly string[];
  readonly readableByRuntime: boolean;
  /** The account's column, once guard.protect() has had it. */
  readonly protectedBy: string | null;
}

export function typeOf(table: Table, column: string): string | undefined {
  return table.columns.find(({ name }) => name === column)?.type;
}

/** What each schema lets whom do. */
export interface Schema {
  readonly name: string;
  readonly ownerCreates: boolean;
  readonly runtimeUses: boolean;
  readonly publicCreates: boolean;
}

export interface Catalog {
  readonly database: string;
  readonly schemas: readonly Schema[];
  readonly tables: readonly Table[];
}

const OURS = "('azora', 'control', 'guard', 'pg_catalog', 'information_schema')";

const SCHEMAS = `
  SELECT quote_ident(nspname) AS name,
         has_schema_privilege('azora_owner', oid, 'CREATE') AND has_schema_privilege('azora_owner', oid, 'USAGE') AS "ownerCreates",
         has_schema_privilege('azora_runtime', oid, 'USAGE') AS "runtimeUses",
         EXISTS (SELECT FROM aclexplode(nspacl) a WHERE a.grantee = 0 AND a.privilege_type = 'CREATE') AS "publicCreates"
  FROM pg_namespace WHERE nspname NOT IN ${OURS} AND nspname !~ '^pg_' ORDER BY 1`;

const names = (relation: string, numbers: string) => `
  (SELECT json_agg(a.attname ORDER BY k.at) FROM unnest(${numbers}) WITH ORDINALITY k(number, at)
   LEFT JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = k.number AND k.number > 0)`;

const TABLES = `
  SELECT c.oid::regclass::text AS name, quote_ident(n.nspname) AS schema, c.relname AS relation,
    c.relkind = 'r' AND NOT c.relispartition AND NOT EXISTS (SELECT FROM pg_inherits WHERE c.oid IN (inhrelid, inhparent)) AS "isPlain",
    (pg_relation_size(c.oid) / current_setting('block_size')::bigint)::int AS pages,
    (SELECT coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull) ORDER BY a.attnum), '[]')
     FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
    (SELECT coalesce(json_agg(json_build_object('name', i.indexrelid::regclass::text, 'constraint', k.conname, 'columns', ${names("c.oid", "(i.indkey::smallint[])[0:i.indnkeyatts - 1]")},
       'definition', pg_get_indexdef(i.indexrelid), 'isPrimary', i.indisprimary, 'isUnique', i.indisunique, 'isExclusion', i.indisexclusion,
       'isPartial', i.indpred IS NOT NULL, 'isValid', i.indisvalid) ORDER BY i.indexrelid::regclass::text), '[]')
     FROM pg_index i LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x') WHERE i.indrelid = c.oid) AS indexes,
    (SELECT coalesce(json_agg(json_build_object('name', f.conname, 'table', c.oid::regclass::text, 'columns', ${names("f.conrelid", "f.conkey")},
       'references', f.confrelid::regclass::text, 'referencedColumns', ${names("f.confrelid", "f.confkey")}, 'onDelete', f.confdeltype,
       'deferring', CASE WHEN f.condeferred THEN ' DEFERRABLE INITIALLY DEFERRED' WHEN f.condeferrable THEN ' DEFERRABLE' ELSE '' END,
       'definition', regexp_replace(pg_get_constraintdef(f.oid), ' NOT VALID$', ''), 'isValidated', f.convalidated) ORDER BY f.conname), '[]')
     FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f') AS "foreignKeys",
    (SELECT coalesce(json_agg(json_build_object('name', k.conname, 'isValidated', k.convalidated)), '[]')
     FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c') AS checks,
    (SELECT coalesce(json_agg(polname ORDER BY polname), '[]') FROM pg_policy WHERE polrelid = c.oid AND polname <> 'tenant_isolation' AND polname <> 'permission_read') AS policies,
    (SELECT coalesce(json_agg(tgname ORDER BY tgname), '[]') FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal) AS triggers,
    (SELECT coalesce(json_agg(DISTINCT jsonb_build_object('name', v.oid::regclass::text, 'isMaterialized', v.relkind = 'm',
       'asInvoker', coalesce(v.reloptions::text ~* 'security_invoker=(true|on|1|yes)', false))), '[]')
     FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
     WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid) AS views,
    (SELECT coalesce(json_agg(DISTINCT coalesce(g.rolname, 'PUBLIC')), '[]') FROM aclexplode(c.relacl) x LEFT JOIN pg_roles g ON g.oid = x.grantee
     WHERE x.grantee <> c.relowner AND g.rolname IS DISTINCT FROM 'azora_runtime') AS grantees,
    (SELECT coalesce(json_agg(DISTINCT d.objid::regclass::text), '[]') FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
     WHERE d.classid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.deptype IN ('a', 'i')) AS sequences,
    has_table_privilege('azora_runtime', c.oid, 'SELECT') AS "readableByRuntime",
    (SELECT p.account_column FROM guard.protected_tables p WHERE p.table_id = c.oid) AS "protectedBy"
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname NOT IN ${OURS} AND n.nspname !~ '^pg_' AND n.nspname <> 'tenant' AND c.relname <> '_prisma_migrations'
  ORDER BY 1`;

/**
 * What a database holds besides azora's own schemas. Names come qualified, whatever the
 * login's search_path is.
 */
export async function readCatalog(pool: Pool): Promise<Catalog> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN READ ONLY; SET LOCAL search_path = pg_catalog");
    const { rows } = await client.query<{ database: string }>("SELECT current_database() AS database");
    const schemas = (await client.query<Schema>(SCHEMAS)).rows;
    const tables = (await client.query<Table>(TABLES)).rows;
    return { database: rows[0]?.database ?? "", schemas, tables };
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
}
