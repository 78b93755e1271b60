import { randomUUID } from "node:crypto";
import type { Engine } from "../database/engine.js";
import { plainAdapter } from "../database/wire/prisma-adapter.js";
import { PrismaClient } from "../generated/control/client.js";
import { publicKeyOf, type SigningKey, type TrustedKey } from "../signing.js";
import type { OutsideStore } from "./outside-stores.js";

/** What admin_audit_log says of where an action came from. */
export interface ControlRequest {
  /** The same for all that one run of a command does, or one request of a service. */
  readonly id: string;
  /** `tenant:purge` and the like; null outside the command line. */
  readonly command: string | null;
}

/** What control-plane operations work on: the vendor's own login and nothing of a tenant's. */
export interface ControlConnection {
  readonly engine: Engine;
  /** The operator's, or the owner's where there is no control plane. */
  readonly login: "control" | "owner";
  /** Knows the tables of schema control alone. */
  readonly client: PrismaClient;
  /** Signs receipts; without it nothing can be purged. */
  readonly signingKey: SigningKey | undefined;
  /** Who may have signed what is there already: this key, and those whose place it took. */
  readonly trustedKeys: readonly TrustedKey[];
  readonly request: ControlRequest;
  /** Where else something of a tenant is kept that a purge has to remove. */
  readonly outsideStores: readonly OutsideStore[];
}

/** What a connection has unless told otherwise: a request of its own, and no outside store. */
export type ControlOptions = Partial<Pick<ControlConnection, "request" | "outsideStores" | "login" | "trustedKeys">>;

/** Opens the control plane with the login that the engine has for it. */
export async function openControlPlane(
  engine: Engine,
  signingKey: SigningKey | undefined,
  options: ControlOptions = {},
): Promise<ControlConnection> {
  const { request = { id: randomUUID(), command: null }, outsideStores = [], login = "control" } = options;
  const { trustedKeys = signingKey ? [publicKeyOf(signingKey)] : [] } = options;
  const client = new PrismaClient({ adapter: plainAdapter(await engine.pool(login)) });
  return { engine, login, client, signingKey, trustedKeys, request, outsideStores };
}
