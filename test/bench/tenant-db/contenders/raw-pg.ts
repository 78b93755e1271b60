import { Pool, type PoolClient } from "pg";
import { FIRST_REVISION, nextNumber, type Operations } from "../operations.js";
import type { Contender, Place } from "./contender.js";

const FIND = "SELECT * FROM tenant.documents WHERE account_id = $1 AND id = $2";
const LIST = "SELECT * FROM tenant.documents WHERE account_id = $1 ORDER BY number LIMIT $2";
const CREATE = "INSERT INTO tenant.documents (account_id, number, title) VALUES ($1, $2, $3) RETURNING *";
const UPDATE = "UPDATE tenant.documents SET title = $3, updated_at = now() WHERE account_id = $1 AND id = $2 RETURNING *";
const REVISE =
  "INSERT INTO tenant.document_revisions (account_id, document_id, revision, summary) VALUES ($1, $2, $3, $4) RETURNING *";
const REVISIONS =
  "SELECT * FROM tenant.document_revisions WHERE account_id = $1 AND document_id = $2 ORDER BY revision DESC LIMIT 5";
const REVISE_ALL = `INSERT INTO tenant.document_revisions (account_id, document_id, revision, summary)
  SELECT $1, $2, revision, 'Issue ' || revision FROM unnest($3::integer[]) AS revision`;

/** `pg` with prepared statements and nothing above it: the floor. Tables without row security or audit. */
export async function openRawPg({ url, poolSize, accountId, documentIds }: Place): Promise<Contender> {
  const pool = new Pool({ connectionString: url, max: poolSize });
  return { operations: operationsOn(pool, accountId, documentIds), close: () => pool.end() };
}

function operationsOn(pool: Pool, accountId: string, documentIds: readonly string[]): Operations {
  let turn = 0;
  const nextId = () => documentIds[turn++ % documentIds.length] as string;
  const unique = () => `NEW-${process.pid}-${nextNumber()}`;
  return {
    findUnique: async () => (await run(pool, FIND, accountId, nextId())).rows[0],
    findMany: async () => (await run(pool, LIST, accountId, 20)).rows,
    create: async () => (await run(pool, CREATE, accountId, unique(), "Cleaning of vessels")).rows[0],
    update: async () => (await run(pool, UPDATE, accountId, nextId(), `Title ${turn}`)).rows[0],
    transaction: () =>
      inTransaction(pool, async (client) => {
        const id = nextId();
        await run(client, FIND, accountId, id);
        await run(client, UPDATE, accountId, id, `Title ${turn}`);
        await run(client, REVISE, accountId, id, FIRST_REVISION + nextNumber(), "Changed");
        await run(client, REVISIONS, accountId, id);
        return (await run(client, LIST, accountId, 5)).rows;
      }),
    nestedCreate: () =>
      inTransaction(pool, async (client) => {
        const { rows } = await run(client, CREATE, accountId, unique(), "Cleaning of vessels");
        await run(client, REVISE_ALL, accountId, rows[0]?.id, [1, 2, 3, 4, 5]);
        return rows[0];
      }),
  };
}

const names = new Map<string, string>();

function run(target: Pool | PoolClient, text: string, ...values: unknown[]) {
  const name = names.get(text) ?? `q${names.size}`;
  names.set(text, name);
  return target.query<Record<string, unknown>>({ name, text, values });
}

async function inTransaction<R>(pool: Pool, work: (client: PoolClient) => Promise<R>): Promise<R> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } finally {
    client.release();
  }
}
