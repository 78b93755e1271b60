import type { PoolClient } from "pg";
import type { World } from "./world.js";

/** Runs one statement as the tenant plane's login with any text for a context, in a transaction. */
export async function withToken(world: World, token: string, sql: string): Promise<unknown[]> {
  return onTenantLogin(world, async (client) => {
    await client.query(world.engine.setContext, [token]);
    return (await client.query(sql)).rows;
  });
}

/** Works on a connection of the tenant plane's login, past tenantDb(), in a transaction. */
export async function onTenantLogin<T>(world: Pick<World, "engine">, run: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await (await world.engine.pool("tenant")).connect();
  try {
    await client.query("BEGIN");
    const result = await run(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}
