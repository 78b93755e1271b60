import type { Pool } from "pg";

/** What a bench's database holds besides azora's own. */
export interface Size {
  readonly tables: number;
  readonly views: number;
  readonly roles: number;
}

/** Makes protected tables that refer to each other, views over them and operators, as an application would have them. */
export async function fill(pool: Pool, { tables, views, roles }: Size): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("SET client_min_messages = warning");
    for (let number = 0; number < tables; number++) await client.query(table(number));
    for (let number = 0; number < views; number++) await client.query(view(number));
    for (let number = 0; number < roles; number++) await client.query(operator(number));
    await client.query("ANALYZE");
  } finally {
    client.release();
  }
}

function table(number: number): string {
  const name = `tenant.bench_${number}`;
  const parent = `tenant.bench_${Math.floor(number / 2)}`;
  const reference =
    number === 0 ? "" : `, FOREIGN KEY (account_id, parent_id) REFERENCES ${parent} (account_id, id) ON DELETE CASCADE`;
  return `BEGIN; SET LOCAL ROLE azora_owner;
    CREATE TABLE ${name} (
      account_id uuid NOT NULL DEFAULT guard.current_account() REFERENCES control.accounts (id) ON DELETE CASCADE,
      id uuid NOT NULL DEFAULT guard.uuid7(), parent_id uuid, number text NOT NULL, title text, amount numeric, made_at timestamptz,
      PRIMARY KEY (account_id, id), UNIQUE (account_id, number)${reference});
    SELECT guard.protect('${name}'); COMMIT`;
}

function view(number: number): string {
  const name = `tenant.bench_view_${number}`;
  return `BEGIN; SET LOCAL ROLE azora_owner;
    CREATE VIEW ${name} WITH (security_invoker = true) AS SELECT account_id, id, title FROM tenant.bench_${number};
    GRANT SELECT ON ${name} TO azora_runtime; COMMIT`;
}

function operator(number: number): string {
  return `CREATE ROLE azora_bench_${number} LOGIN IN ROLE azora_support`;
}
