import pg, { type Pool, type PoolClient } from "pg";

/** The schema that holds azora's history and nothing else: `public` may hold that of an application. */
export const HISTORY_SCHEMA = "azora";

/** Where azora's migrations are recorded, in Prisma's layout. */
export const HISTORY_TABLE = `${HISTORY_SCHEMA}._prisma_migrations`;

/** Whether it is there is asked first: CREATE … IF NOT EXISTS wants the right to create all the same. */
export const MAKE_HISTORY_SCHEMA = `DO $$ BEGIN
  IF to_regnamespace('${HISTORY_SCHEMA}') IS NULL THEN CREATE SCHEMA ${HISTORY_SCHEMA}; END IF;
END $$;`;

/**
 * Prepares a connection for the migration engine, which names its table without a schema:
 * it finds azora's, made if missing, and no other.
 * @returns the connection in a pool's place, as the engine's adapter takes it
 */
export async function enterHistory(client: PoolClient): Promise<Pool> {
  await client.query(MAKE_HISTORY_SCHEMA);
  await client.query(`SET search_path = ${HISTORY_SCHEMA}`);
  return new LonePool(client) as unknown as Pool;
}

/** Every statement on one connection, so that each meets its search_path. */
class LonePool {
  readonly options = {};

  constructor(private readonly client: PoolClient) {}

  query(...args: Parameters<PoolClient["query"]>): unknown {
    return this.client.query(...args);
  }

  // The adapter's listeners have no business on a connection that is not the adapter's.
  on(): this {
    return this;
  }
  listeners(): [] {
    return [];
  }
}

// PrismaPg recognises a pool by its prototype. Inheriting by `extends` would open a second one.
Object.setPrototypeOf(LonePool.prototype, pg.Pool.prototype as Pool);
