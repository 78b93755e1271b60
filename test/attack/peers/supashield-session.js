// Loaded before supashield: all its connections are one, in a transaction in which the fault has been planted and
// which ends with the process. Nothing else of it is changed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Client, Pool } = createRequire(import.meta.url)("pg");
let session;

async function open({ connectionString }) {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query("BEGIN");
  await client.query(readFileSync(process.env.PEER_SETUP, "utf8"));
  return Object.assign(client, { release() {} });
}

Object.assign(Pool.prototype, {
  connect() {
    session ??= open(this.options);
    return session;
  },
  async query(...args) {
    return (await this.connect()).query(...args);
  },
  async end() {
    await (await session)?.end();
  },
});
