import { randomBytes } from "node:crypto";
import { Pool, type PoolClient } from "pg";
import { makePassword } from "../../../src/database/scram.js";
import { makeSigningKey } from "../../../src/signing.js";
import { startServer, type TestServer } from "../../support/postgres-server.js";
import { install } from "../../support/prepare.js";
import { administer, dropDatabase, urlOf } from "../../support/server-template.js";

export interface Installed {
  readonly client: PoolClient;
  /** The superuser's connection string. */
  readonly url: string;
  /** PostgreSQL's major version. */
  readonly version: number;
  close(): Promise<void>;
}

/**
 * A freshly migrated database on a server of its own: planted roles are the cluster's, and so would be seen, and waited
 * for, by tests beside this one. A server that was lent is used as it is.
 */
export async function installOnServer(): Promise<Installed> {
  const lent = process.env.AZORA_TEST_SERVER_URL;
  const server: Pick<TestServer, "url" | "stop"> = lent ? { url: lent, stop: async () => undefined } : await startServer();
  const name = `azora_faults_${randomBytes(4).toString("hex")}`;
  await administer(server.url, `CREATE DATABASE ${name} TEMPLATE template0`);
  const pool = new Pool({ connectionString: urlOf(server.url, name), max: 2 });
  const secret = randomBytes(32).toString("base64");
  await install(pool, {
    password: makePassword(),
    contextKey: { id: "test", secret },
    signingKey: { id: "test", privateKey: makeSigningKey() },
  });
  const client = await pool.connect();
  const { rows } = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS version",
  );
  return {
    client,
    url: urlOf(server.url, name),
    version: rows[0]?.version ?? 0,
    close: async () => {
      client.release();
      await pool.end();
      await dropDatabase(server.url, name);
      await server.stop();
    },
  };
}
