import { randomBytes } from "node:crypto";
import { Pool } from "pg";
import { makePassword } from "../../../src/database/scram.js";
import { makeSigningKey } from "../../../src/signing.js";
import { install } from "../../support/prepare.js";
import { administer, urlOf } from "../../support/server-template.js";
import { fill, type Size } from "./schema.js";

/** Makes an installation with a schema of some size. @returns its owner's connection string */
export async function prepare(serverUrl: string, size: Size): Promise<string> {
  const name = `azora_bench_${randomBytes(4).toString("hex")}`;
  await administer(serverUrl, ...Array.from({ length: size.roles }, (_, number) => `DROP ROLE IF EXISTS azora_bench_${number}`));
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  const url = urlOf(serverUrl, name);
  const pool = new Pool({ connectionString: url, max: 2 });
  try {
    await install(pool, {
      password: makePassword(),
      contextKey: { id: "bench", secret: randomBytes(32).toString("base64") },
      signingKey: { id: "bench", privateKey: makeSigningKey() },
    });
    await fill(pool, size);
  } finally {
    await pool.end();
  }
  return url;
}
