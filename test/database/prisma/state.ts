import { accountTables } from "../../support/fingerprint.js";
import type { TestTenant, World } from "../../support/world.js";

/** What differs between two tenants that did the same: when, in which transaction, by whom. */
const BY_THE_CLOCK = /^(created|updated|granted|tested|occurred)_?at$|^transaction_?id$|^actor$/i;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Names for a tenant's ids, taken from the rows; those of rows without a name of their own are all alike. */
export async function labels(world: World, { id, slug }: TestTenant): Promise<ReadonlyMap<string, string>> {
  const rows = await world.look<{ id: string; label: string }>(
    `SELECT id, email AS label FROM tenant.users WHERE account_id = $1
     UNION ALL SELECT id, number FROM tenant.documents WHERE account_id = $1
     UNION ALL SELECT id, number FROM tenant.batches WHERE account_id = $1
     UNION ALL SELECT id, number FROM tenant.nonconformances WHERE account_id = $1
     UNION ALL SELECT id, name FROM tenant.roles WHERE account_id = $1`,
    id,
  );
  const known: [string, string][] = rows.map((row) => [row.id, row.label.replace(slug, "the slug")]);
  return new Map([[id, "the account"], [slug, "the slug"], [`owner@${slug}.test`, "owner@the slug.test"], ...known]);
}

/** An answer as it would be in a tenant that did the same at the same time. */
export function normal(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return names.get(value) ?? (UUID.test(value) ? "an id" : value);
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return value.map((item) => normal(item, names));
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  // Decimals, and whatever else says what it is.
  if ("toFixed" in value) return String(value);
  const entries = Object.entries(value).filter(([key]) => !BY_THE_CLOCK.test(key));
  return Object.fromEntries(entries.map(([key, inner]) => [key, normal(inner, names)]));
}

/** All rows of a tenant by table, and what its audit log says was written. */
export async function stateOf(world: World, tenant: TestTenant): Promise<Record<string, unknown[]>> {
  const names = await labels(world, tenant);
  const state: Record<string, unknown[]> = {};
  for (const table of (await accountTables(world)).filter((name) => name.startsWith("tenant."))) {
    const row =
      table === "tenant.audit_log" ? "jsonb_build_object('operation', t.operation, 'subject', t.subject)" : "to_jsonb(t) - 'id'";
    const where = table === "tenant.audit_log" ? "AND operation <> 'read'" : "";
    const rows = await world.look<{ row: object }>(
      `SELECT ${row} AS row FROM ${table} t WHERE account_id = $1 ${where}`,
      tenant.id,
    );
    state[table] = rows.map(({ row: found }) => JSON.stringify(normal(found, names))).sort();
  }
  return state;
}
