import type { Engine } from "../database/engine.js";
import { plainAdapter } from "../database/wire/prisma-adapter.js";
import { PrismaClient } from "../generated/control/client.js";
import type { SigningKey } from "../signing.js";

/** What control-plane operations work on: the vendor's own login and nothing of a tenant's. */
export interface ControlConnection {
  readonly engine: Engine;
  /** Knows the tables of schema control alone. */
  readonly client: PrismaClient;
  /** Signs receipts; without it nothing can be purged. */
  readonly signingKey: SigningKey | undefined;
}

/** Opens the control plane with the login that the engine has for it. */
export async function openControlPlane(engine: Engine, signingKey: SigningKey | undefined): Promise<ControlConnection> {
  const pool = await engine.pool("control");
  return { engine, client: new PrismaClient({ adapter: plainAdapter(pool) }), signingKey };
}
