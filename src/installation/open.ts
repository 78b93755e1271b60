import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import type { Billing } from "../billing/connection.js";
import type { Config } from "../config.js";
import { type ControlConnection, type ControlRequest, openControlPlane } from "../control-plane/connection.js";
import { openEmbedded } from "../database/embedded/engine.js";
import type { Engine, Login } from "../database/engine.js";
import { requireCurrentSchema } from "../database/migrate/history.js";
import { openServer } from "../database/server.js";
import { explainDatabaseError } from "../database/sql-errors.js";
import { AzoraError } from "../errors.js";
import { trustedKeys } from "../key-handover.js";
import { parseSigningKey, publicKeyOf, type SigningKey, type TrustedKey } from "../signing.js";
import type { TenantConnection } from "../tenant-plane/tenant-db.js";
import { rememberNames } from "./completion/names-cache.js";
import { billsNobody, hasControlPlane, needsOwner, ownerInControl } from "./self-hosted.js";
import { type StripeStoreOptions, stripeStore } from "./stripe-store.js";

/** An installation of azora, opened by its settings; connections are made when asked for. */
export interface Installation {
  readonly engine: Engine;
  /** @throws AzoraError NOT_CONFIGURED, NOT_MIGRATED, DATABASE_NEWER, UNREACHABLE, AUTHENTICATION_FAILED, LOCKED */
  control(): Promise<ControlConnection>;
  /** @throws AzoraError as control() */
  tenant(): Promise<TenantConnection>;
  /** The control plane by the operator's login; by the owner's where there is no other. @throws AzoraError as control() */
  administration(): Promise<ControlConnection>;
  /** The control plane and Stripe. @throws AzoraError as control(), BILLING_NOT_CONFIGURED, CONFIG_INVALID */
  billing(): Promise<Billing>;
  /** The owner's pool, whatever the state of the schema. @throws AzoraError as control(), but for the schema's two */
  owner(): Promise<Pool>;
  close(): Promise<void>;
}

export interface InstallationConfig extends Config {
  /** For the log of the control plane. */
  readonly command?: string;
  /** What purges do at Stripe; `cancel` unless said. */
  readonly purgeBilling?: StripeStoreOptions["mode"];
  /** Told before a purge writes with a live key. */
  readonly onLive?: () => void;
  /** Do what is an operator's with the owner's login; in a self-hosted installation that is so in any case. */
  readonly asOwner?: boolean;
}

/** Opens an installation. Nothing is connected, locked or checked before the first use. */
export function openInstallation(config: InstallationConfig): Installation {
  const engine = openEngine(config);
  const isSelfHosted = config.mode.value === "self-hosted";
  const operators = isSelfHosted || config.asOwner ? ownerInControl(engine) : engine;
  let isInControl = false;
  async function control(): Promise<ControlConnection> {
    requireInit(config);
    if (isSelfHosted && !hasControlPlane(config)) throw needsOwner();
    await checkedPool(operators, "control");
    isInControl = true;
    const request = requestOf(config);
    const { stripe, purgeBilling: mode = "cancel", onLive } = config;
    const store = stripeStore(() => connection, { stripe, mode, ...(onLive && { onLive }) });
    const connection = await openControlPlane(operators, signingKeyOf(config), {
      ...{ request, outsideStores: [store], trustedKeys: trustedKeysOf(config) },
    });
    return connection;
  }
  return {
    engine,
    control,
    async administration() {
      const { controlUrl, ownerUrl } = config;
      if (config.engine.value === "embedded" || controlUrl !== undefined || ownerUrl === undefined) return control();
      await checkedPool(engine, "owner");
      return openControlPlane(engine, signingKeyOf(config), {
        ...{ request: requestOf(config), login: "owner", trustedKeys: trustedKeysOf(config) },
      });
    },
    async billing() {
      if (isSelfHosted) throw billsNobody();
      // The package of Stripe takes a while to load: only where it is used.
      const { openBilling } = await import("../billing/connection.js");
      return openBilling(await control(), config.stripe);
    },
    async tenant() {
      requireInit(config);
      const connection = tenantConnectionOf(config, engine);
      await checkedPool(engine, "tenant");
      return connection;
    },
    async owner() {
      requireInit(config);
      return reachablePool(engine, "owner");
    },
    async close() {
      // Nobody else can change an embedded database, and no completion may open it: who leaves it says what is in it.
      if (engine.kind === "embedded" && isInControl) await rememberNames(config, await operators.pool("control"));
      await engine.close();
    },
  };
}

function requestOf({ requestId, command }: InstallationConfig): ControlRequest {
  return { id: requestId ?? randomUUID(), command: command ?? null };
}

/**
 * The engine that the settings name, not yet opened.
 * @param connectTimeoutMs milliseconds to wait for a server, where the usual ten seconds are too many
 */
export function openEngine(config: Config, connectTimeoutMs?: number): Engine {
  if (config.engine.value === "embedded") {
    return openEmbedded({ dataDir: config.dataDir.value, controlLogin: config.controlLogin.value });
  }
  const { ownerUrl, controlUrl, tenantUrl } = config;
  const urls = {
    ...(ownerUrl && { owner: ownerUrl.value }),
    ...(controlUrl && { control: controlUrl.value }),
    ...(tenantUrl && { tenant: tenantUrl.value }),
  };
  return openServer(urls, connectTimeoutMs);
}

/**
 * What tenant clients need, nothing connected yet.
 * @throws AzoraError NOT_CONFIGURED without a context key
 */
export function tenantConnectionOf({ contextKey }: Config, engine: Engine): TenantConnection {
  if (!contextKey) {
    throw new AzoraError("NOT_CONFIGURED", "There is no context key: nothing can be signed for a tenant.", {
      hint: "Set AZORA_CONTEXT_KEY (or AZORA_CONTEXT_KEY_FILE), or run `azora init`.",
    });
  }
  return { engine, contextKey: { id: contextKey.value.id, secret: Buffer.from(contextKey.value.secret, "base64") } };
}

/** @throws AzoraError CONFIG_INVALID when the key can't be read */
export function signingKeyOf({ signingKey }: Config): SigningKey | undefined {
  if (!signingKey) return undefined;
  try {
    return parseSigningKey(signingKey.value.id, signingKey.value.privateKey);
  } catch {
    throw new AzoraError("CONFIG_INVALID", `The signing key from ${signingKey.from} is not a private key.`);
  }
}

/**
 * Who may have signed what this installation keeps: its own key, and those that its file says it had before.
 * @throws AzoraError CONFIG_INVALID
 */
export function trustedKeysOf(config: Config): readonly TrustedKey[] {
  const key = signingKeyOf(config);
  return key ? trustedKeys([publicKeyOf(key)], config.stored?.handovers ?? []) : [];
}

/** An embedded database that nobody set up would be made by looking at it. @throws AzoraError NOT_CONFIGURED */
export function requireInit({ engine, stored, dataDir }: Config): void {
  if (engine.value === "server" || (stored && !stored.installing)) return;
  throw new AzoraError("NOT_CONFIGURED", `azora is not set up in ${dataDir.value}.`, {
    hint: "Run `azora init` (or `azora quickstart` to look around first).",
  });
}

/** A pool that answered once. */
export async function reachablePool(engine: Engine, login: Login): Promise<Pool> {
  return explaining(engine, login, async (pool) => {
    await pool.query("SELECT 1");
  });
}

async function checkedPool(engine: Engine, login: Login): Promise<Pool> {
  return explaining(engine, login, requireCurrentSchema);
}

async function explaining(engine: Engine, login: Login, check: (pool: Pool) => Promise<void>): Promise<Pool> {
  try {
    const pool = await engine.pool(login);
    await check(pool);
    return pool;
  } catch (error) {
    throw explainDatabaseError(error, engine.describe(login));
  }
}
