import type { World } from "./world.js";

/** Every table of the database that has an account_id column, from the catalog. */
export async function accountTables(world: World): Promise<string[]> {
  const rows = await world.look<{ name: string }>(`
    SELECT a.attrelid::regclass::text AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attname = 'account_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
    ORDER BY 1`);
  return rows.map(({ name }) => name);
}

/** A table below the control plane whose rows belong to accounts, and the column that says so. */
interface Owned {
  readonly name: string;
  readonly account: string;
}

/** By the catalog's foreign keys to the accounts, whatever the guard believes. */
function ownedTables(world: World): Promise<Owned[]> {
  return world.look<Owned>(`
    SELECT format('%I.%I', t.relnamespace::regnamespace::name, t.relname) AS name, quote_ident(a.attname) AS account
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid AND t.relnamespace <> 'control'::regnamespace
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.confrelid = 'control.accounts'::regclass ORDER BY 1`);
}

/**
 * A hash of every row that a tenant has in each table below the control plane, by table.
 * @param withReads whether the audit log's lines about reads count as well
 */
export async function fingerprint(world: World, accountId: string, withReads = false): Promise<Record<string, string>> {
  const parts = (await ownedTables(world)).map(({ name, account }) => {
    const written = name === "tenant.audit_log" && !withReads ? "AND operation <> 'read'" : "";
    return `SELECT '${name}' AS name, count(*) || ':' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') AS hash
            FROM ${name} t WHERE ${account} = $1 ${written}`;
  });
  const rows = await world.look<{ name: string; hash: string }>(parts.join(" UNION ALL "), accountId);
  return Object.fromEntries(rows.map(({ name, hash }) => [name, hash]));
}

/** How many rows a tenant has, by tenant table; what the guard makes of them for itself goes along uncounted. */
export async function countRows(world: World, accountId: string): Promise<Record<string, number>> {
  const tables = (await ownedTables(world)).filter(({ name }) => !name.startsWith("guard."));
  const parts = tables.map(
    ({ name, account }) => `SELECT '${name}' AS name, count(*)::int AS rows FROM ${name} WHERE ${account} = $1`,
  );
  const rows = await world.look<{ name: string; rows: number }>(parts.join(" UNION ALL "), accountId);
  return Object.fromEntries(rows.map(({ name, rows }) => [name, rows]));
}

/** Tables, whatever their columns, with a row that holds this text anywhere. */
export async function tablesHolding(world: World, text: string): Promise<string[]> {
  const tables = await world.look<{ name: string }>(`
    SELECT c.oid::regclass::text AS name FROM pg_class c
    WHERE c.relkind IN ('r', 'm', 'p') AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`);
  const parts = tables.map(
    ({ name }) => `SELECT '${name}' AS name WHERE EXISTS (SELECT FROM ${name} t WHERE t::text LIKE '%' || $1 || '%')`,
  );
  const found = await world.look<{ name: string }>(parts.join(" UNION ALL "), text);
  return found.map(({ name }) => name).sort();
}
