import { randomBytes } from "node:crypto";
import { Pool } from "pg";
import type { ControlConnection } from "../../../src/control-plane/connection.js";
import type { Engine } from "../../../src/database/engine.js";
import { setPassword } from "../../../src/database/logins.js";
import { makePassword } from "../../../src/database/scram.js";
import { makeSigningKey, parseSigningKey, publicKeyOf } from "../../../src/signing.js";
import type { ContextKey } from "../../../src/tenant-plane/context.js";
import { startServer } from "../../support/postgres-server.js";
import { install, OPERATORS } from "../../support/prepare.js";
import { administer, urlOf, urlsOf } from "../../support/server-template.js";
import { openControlPlane, openServer } from "../dist.js";
import { DURABLE } from "../durable.js";

/** A server with an installation on it, and nothing else. */
export interface Ground {
  readonly engine: Engine;
  readonly control: ControlConnection;
  readonly contextKey: ContextKey;
  readonly publicKey: string;
  /** For a process of its own. */
  readonly controlUrl: string;
  readonly privateKey: string;
  /** The superuser's. */
  readonly owner: Pool;
  newTenant(slug: string): Promise<string>;
  close(): Promise<void>;
}

export async function openGround(): Promise<Ground> {
  const server = await startServer(DURABLE);
  const database = `azora_bench_${randomBytes(4).toString("hex")}`;
  const password = makePassword();
  const secret = randomBytes(32);
  const privateKey = makeSigningKey();
  await administer(server.url, `CREATE DATABASE ${database} TEMPLATE template0`);
  const owner = new Pool({ connectionString: urlOf(server.url, database), max: 4 });
  await install(owner, {
    password,
    contextKey: { id: "bench", secret: secret.toString("base64") },
    signingKey: { id: "bench", privateKey },
  });
  for (const login of ["azora_runtime", ...Object.values(OPERATORS)]) await setPassword(owner, login, password);
  const urls = urlsOf(server.url, database, password);
  const engine = openServer(urls);
  const signingKey = parseSigningKey("bench", privateKey);
  const control = await openControlPlane(engine, signingKey);
  return {
    ...{ engine, control, owner, contextKey: { id: "bench", secret }, publicKey: publicKeyOf(signingKey) },
    ...{ controlUrl: urls.control, privateKey },
    async newTenant(slug) {
      const [made] = await control.client.$queryRaw<{ account_id: string }[]>`
        SELECT account_id FROM control.create_account(${slug}, ${slug}, ${`owner@${slug}.test`}, 'free', false)`;
      return made?.account_id ?? "";
    },
    async close() {
      await control.client.$disconnect();
      await engine.close();
      await owner.end();
      await server.stop();
    },
  };
}
