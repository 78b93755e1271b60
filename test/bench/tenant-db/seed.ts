import { Client } from "pg";

export const DOCUMENTS_PER_TENANT = 200;
const REVISIONS_PER_DOCUMENT = 2;

/** How many tenants to make, and whether their documents have revisions. */
export interface Seed {
  readonly tenants: number;
  readonly withRevisions: boolean;
}

/**
 * Fills the tables, set by set, with the same ids and rows whichever database it is. The
 * rows of the tenants lie among each other, as they do where all work at once.
 */
export async function seed(ownerUrl: string, { tenants, withRevisions }: Seed): Promise<void> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    // Foreign keys and audit have their share in what is measured, not in what is there before.
    await client.query("SET session_replication_role = replica");
    const triggers = await silenceTriggers(client);
    await client.query(
      `INSERT INTO control.accounts (id, slug, name, contact_email)
       SELECT md5('account ' || n)::uuid, 'tenant-' || n, 'Tenant ' || n, 'owner@tenant-' || n || '.test' FROM generate_series(1, $1) n`,
      [tenants],
    );
    await client.query(
      `INSERT INTO tenant.documents (account_id, id, number, title)
       SELECT md5('account ' || a)::uuid, md5('document ' || a || ' ' || n)::uuid, 'DOC-' || lpad(n::text, 4, '0'), 'Procedure ' || n
       FROM generate_series(1, $2) n CROSS JOIN generate_series(1, $1) a ORDER BY n, a`,
      [tenants, DOCUMENTS_PER_TENANT],
    );
    if (withRevisions) {
      await client.query(
        `INSERT INTO tenant.document_revisions (account_id, document_id, revision, summary)
         SELECT account_id, id, n, 'Issue ' || n FROM tenant.documents CROSS JOIN generate_series(1, $1) n`,
        [REVISIONS_PER_DOCUMENT],
      );
    }
    for (const restore of triggers) await client.query(restore);
    await client.query("VACUUM (ANALYZE)");
  } finally {
    await client.end();
  }
}

/** Turns off triggers that fire in replica mode too. @returns the statements that turn each on again */
async function silenceTriggers(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ relation: string; name: string }>(`
    SELECT tgrelid::regclass::text AS relation, quote_ident(tgname) AS name FROM pg_trigger
    WHERE NOT tgisinternal AND tgenabled = 'A'
      AND tgrelid IN (to_regclass('control.accounts'), to_regclass('tenant.documents'), to_regclass('tenant.document_revisions'))`);
  for (const { relation, name } of rows) await client.query(`ALTER TABLE ${relation} DISABLE TRIGGER ${name}`);
  return rows.map(({ relation, name }) => `ALTER TABLE ${relation} ENABLE ALWAYS TRIGGER ${name}`);
}

/** Id of the account with this number, from 1. */
export async function accountOf(ownerUrl: string, number: number): Promise<{ accountId: string; documentIds: string[] }> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ account_id: string; id: string }>(
      "SELECT account_id, id FROM tenant.documents WHERE account_id = md5('account ' || $1::text)::uuid ORDER BY number",
      [number],
    );
    return { accountId: rows[0]?.account_id ?? "", documentIds: rows.map(({ id }) => id) };
  } finally {
    await client.end();
  }
}
