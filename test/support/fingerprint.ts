import type { World } from "./world.js";

/** Every table of the database that has an account_id column, from the catalog. */
export async function accountTables(world: World): Promise<string[]> {
  const rows = await world.look<{ name: string }>(`
    SELECT a.attrelid::regclass::text AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attname = 'account_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
    ORDER BY 1`);
  return rows.map(({ name }) => name);
}

/** A hash of every row that a tenant has in each table of schema tenant, by table. */
export async function fingerprint(world: World, accountId: string): Promise<Record<string, string>> {
  const tables = (await accountTables(world)).filter((name) => name.startsWith("tenant."));
  const parts = tables.map((name) => {
    // Reading leaves lines in the audit log, so these don't count as a change.
    const written = name === "tenant.audit_log" ? "AND operation <> 'read'" : "";
    return `SELECT '${name}' AS name, count(*) || ':' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t.id)), '') AS hash
            FROM ${name} t WHERE account_id = $1 ${written}`;
  });
  const rows = await world.look<{ name: string; hash: string }>(parts.join(" UNION ALL "), accountId);
  return Object.fromEntries(rows.map(({ name, hash }) => [name, hash]));
}
