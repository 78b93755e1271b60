type Look = <Row extends object>(sql: string) => Promise<Row[]>;

/**
 * What is not as it must be after anything was killed at any moment. Read past every policy, so a world with nothing
 * wrong is an empty list.
 */
export async function faults(look: Look): Promise<string[]> {
  return [...(await halfMade(look)), ...(await leftOpen(look)), ...(await unloggedRows(look)), ...(await unexplained(look))];
}

/** A tenant has all that it begins with, or isn't there. */
async function halfMade(look: Look): Promise<string[]> {
  const rows = await look<{ slug: string; found: object }>(`
    SELECT a.slug, to_jsonb(c) AS found FROM control.accounts a, LATERAL (SELECT
      (SELECT count(*) FROM control.subscriptions s WHERE s.account_id = a.id) AS subscriptions,
      (SELECT count(*) FROM tenant.roles r WHERE r.account_id = a.id) AS roles,
      (SELECT count(*) FROM tenant.role_permissions p WHERE p.account_id = a.id) AS permissions,
      (SELECT count(*) FROM tenant.users u WHERE u.account_id = a.id AND u.email = a.contact_email) AS owners,
      (SELECT count(*) FROM tenant.user_roles g WHERE g.account_id = a.id) AS granted) c
    WHERE a.status = 'provisioning' OR to_jsonb(c) <> '{"subscriptions": 1, "roles": 4, "permissions": 14, "owners": 1, "granted": 1}'`);
  return rows.map(({ slug, found }) => `${slug} is half made: ${JSON.stringify(found)}`);
}

/** Nothing of the guard's own work outlives its transaction. */
async function leftOpen(look: Look): Promise<string[]> {
  const rows = await look<{ account_id: string }>(
    "SELECT account_id FROM guard.purges UNION ALL SELECT account_id FROM guard.purge_counts",
  );
  return rows.map(({ account_id }) => `${account_id} was left open`);
}

/** Each row of a tenant has its line in the tenant's log, and each line its row. */
async function unloggedRows(look: Look): Promise<string[]> {
  const tables = ["roles", "role_permissions", "users", "user_roles"];
  const rows = tables
    .map((table) => `SELECT account_id, '${table}' AS subject, id::text AS row_id FROM tenant.${table}`)
    .join(" UNION ALL ");
  const found = await look<{ subject: string; row_id: string; lines: number; rows: number }>(`
    SELECT subject, row_id, sum(line)::int AS lines, sum(1 - line)::int AS rows FROM (
      SELECT account_id, subject, row_id, 0 AS line FROM (${rows}) r
      UNION ALL SELECT account_id, subject, row_id, 1 FROM tenant.audit_log WHERE operation = 'create' AND subject IN (${tables.map((t) => `'${t}'`).join(", ")})
    ) both_sides GROUP BY account_id, subject, row_id HAVING sum(line) <> 1 OR sum(1 - line) <> 1`);
  return found.map(({ subject, row_id, lines, rows: n }) => `${subject} ${row_id} has ${lines} lines and ${n} rows`);
}

interface Line {
  readonly account_id: string;
  readonly action: string;
  readonly new_values: Readonly<Record<string, unknown>> | null;
}

/** The admin audit log, played from its beginning, ends with the rows that are there: nothing happened that it doesn't say. */
async function unexplained(look: Look): Promise<string[]> {
  const lines = await look<Line>(`
    SELECT account_id, action, new_values FROM control.admin_audit_log
    WHERE outcome = 'done' AND action LIKE 'tenant.%' AND action <> 'tenant.stats' ORDER BY id`);
  const played = new Map<string, Record<string, unknown>>();
  for (const { account_id, new_values } of lines) played.set(account_id, { ...played.get(account_id), ...new_values });
  const accounts = await look<{ id: string; slug: string; account: Record<string, unknown> }>(
    "SELECT id, slug, to_jsonb(a) - 'updated_at' AS account FROM control.accounts a",
  );
  const wrong = accounts.filter(({ id, account }) => text(played.get(id)) !== text(account));
  const gone = [...played.keys()].filter((id) => !accounts.some((account) => account.id === id));
  return [...wrong.map(({ slug }) => `${slug} is not what the log says`), ...gone.map((id) => `${id} is logged and not there`)];
}

function text(values: Readonly<Record<string, unknown>> = {}): string {
  const present = Object.entries(values).filter(([key, value]) => value !== null && key !== "updated_at");
  return JSON.stringify(present.sort(([one], [other]) => (one < other ? -1 : 1)));
}
