import type { Pool } from "pg";
import type { World } from "./world.js";

/** A statement that reads one object, and the object's name. */
interface Probe {
  readonly name: string;
  readonly sql: string;
}

/** Every table, view, column, sequence and function of the tenant plane, from the catalog. */
async function probes(world: World): Promise<Probe[]> {
  const relations = await world.look<Probe>(`
    SELECT c.oid::regclass::text AS name, 'SELECT * FROM ' || c.oid::regclass || ' LIMIT 1' AS sql FROM pg_class c
    WHERE c.relnamespace::regnamespace::text IN ('tenant', 'guard') AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')`);
  const columns = await world.look<Probe>(`
    SELECT a.attrelid::regclass || '.' || a.attname AS name,
           format('SELECT %I FROM %s LIMIT 1', a.attname, a.attrelid::regclass) AS sql
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace::regnamespace::text IN ('tenant', 'guard') AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND NOT a.attisdropped AND a.attname NOT IN ('tableoid', 'cmax', 'xmax', 'cmin', 'xmin')`);
  const functions = await world.look<Probe>(`
    SELECT p.oid::regprocedure::text AS name, format('SELECT %s(%s)', p.oid::regproc,
      (SELECT string_agg('NULL::' || t.type::regtype, ', ' ORDER BY t.at) FROM unnest(p.proargtypes) WITH ORDINALITY t(type, at))) AS sql
    FROM pg_proc p WHERE p.pronamespace::regnamespace::text IN ('tenant', 'guard')`);
  return [...relations, ...columns, ...functions];
}

/**
 * Tries to read each of them with a login.
 * @returns what it got at, or was refused for another reason than its rights
 */
export async function reachable(world: World, pool: Pool): Promise<{ tried: number; reached: string[] }> {
  const all = await probes(world);
  const reached: string[] = [];
  for (const { name, sql } of all) {
    const state = await pool.query(sql).then(
      () => "no error",
      (error: { code?: string }) => error.code,
    );
    if (state !== "42501") reached.push(`${name}: ${state}`);
  }
  return { tried: all.length, reached };
}

/** Rights on the tenant plane that a login holds by the catalog, whatever would stop it at the time of use. */
export async function rightsOf(world: World, login: string): Promise<string[]> {
  const rows = await world.look<{ name: string }>(
    `WITH relations AS (
       SELECT c.oid, c.relkind FROM pg_class c WHERE c.relnamespace::regnamespace::text IN ('tenant', 'guard'))
     SELECT oid::regclass::text AS name FROM relations WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
       AND (has_table_privilege($1, oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
         OR has_any_column_privilege($1, oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
     UNION ALL SELECT oid::regclass::text FROM relations
       WHERE CASE relkind WHEN 'S' THEN has_sequence_privilege($1, oid, 'SELECT, USAGE, UPDATE') END
     UNION ALL SELECT p.oid::regprocedure::text FROM pg_proc p
       WHERE p.pronamespace::regnamespace::text IN ('tenant', 'guard') AND has_function_privilege($1, p.oid, 'EXECUTE')
     UNION ALL SELECT nspname::text FROM pg_namespace WHERE nspname IN ('tenant', 'guard') AND has_schema_privilege($1, oid, 'USAGE, CREATE')`,
    login,
  );
  return rows.map(({ name }) => name);
}
