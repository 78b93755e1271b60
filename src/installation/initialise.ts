import type { Pool } from "pg";
import { type Config, type ConfigFile, type ContextKeySetting, DEFAULT_OPERATOR, loadConfig } from "../config.js";
import { ensureContextKey, ensureHandover, ensureSigningKey } from "../database/guard-keys.js";
import { ensureListedOperators, ensureOperator, roleExists, setPassword } from "../database/logins.js";
import { applyMigrations } from "../database/migrate/apply.js";
import { explainDatabaseError } from "../database/sql-errors.js";
import { readHandover } from "../key-handover.js";
import { parseSigningKey, publicKeyOf } from "../signing.js";
import { writeConfigFile } from "./config-store.js";
import { checkInput, type InitInput, loginsTaken, ownFile } from "./init-input.js";
import { newConfigFile, passwordIn } from "./new-config.js";
import { openEngine, reachablePool } from "./open.js";
import { requireSupportedServer } from "./server-version.js";

export interface InitStep {
  readonly name: string;
  readonly changed: boolean;
  readonly detail: string;
}

export interface InitResult {
  readonly changed: boolean;
  readonly engine: "embedded" | "server";
  readonly configFile: string;
  readonly steps: readonly InitStep[];
  readonly next: readonly string[];
}

/**
 * Makes an installation: configuration, roles with SCRAM passwords, migrations, keys. The
 * secrets are written down before the database hears of them, so that a run that was
 * killed is finished by the next with the same secrets; a finished one changes nothing.
 * @throws AzoraError CONFLICT when the logins belong to another installation; connection errors
 */
export async function initialise(config: Config, input: InitInput): Promise<InitResult> {
  checkInput(config, input);
  const stored = ownFile(config);
  const file = stored ?? newConfigFile(input);
  const steps: InitStep[] = [];
  const engine = openEngine(withOwner(config, file, input));
  try {
    const owner = await reachablePool(engine, "owner");
    if (input.engine === "server") await requireSupportedServer(owner);
    const needsPasswords = input.engine === "server" && (!stored || stored.installing === true || input.resetPasswords);
    if (needsPasswords && !stored && !input.resetPasswords && (await roleExists(owner, "azora_runtime"))) throw loginsTaken();
    if (!stored) writeConfigFile(config.configFile, file);
    steps.push({ name: "configuration", changed: !stored, detail: config.configFile });

    const applied = await applyMigrations(owner);
    steps.push({ name: "migrations", changed: applied.length > 0, detail: `${applied.length} applied` });

    steps.push(await ensureOperators(owner, file.selfHosted ? null : (file.controlLogin ?? DEFAULT_OPERATOR)));

    if (needsPasswords) {
      await setPassword(owner, "azora_runtime", passwordIn(file.tenantUrl));
      if (file.controlLogin) await setPassword(owner, file.controlLogin, passwordIn(file.controlUrl));
    }
    steps.push({
      name: "passwords",
      changed: needsPasswords,
      detail: input.engine === "server" ? "SCRAM-SHA-256, in the configuration file" : "none needed",
    });

    steps.push(await ensureContextKeys(owner, file), await ensureSigningKeys(owner, file));

    if (file.installing) {
      const { installing: _, ...finished } = file;
      writeConfigFile(config.configFile, finished);
    }
  } catch (error) {
    throw explainDatabaseError(error, engine.describe("owner"));
  } finally {
    await engine.close();
  }
  return {
    changed: steps.some((step) => step.changed),
    engine: input.engine,
    configFile: config.configFile,
    steps,
    next: ["azora doctor", 'azora tenant:create "Acme Quality" --slug acme --owner-email owner@acme.test'],
  };
}

/** The key in use, and those that processes may still sign with: a database that was restored may lack them. */
async function ensureContextKeys(owner: Pool, { contextKey, formerContextKeys = [] }: ConfigFile): Promise<InitStep> {
  const keyFrom = ({ id, secret }: ContextKeySetting) => ({ id, secret: Buffer.from(secret, "base64") });
  let changed = await ensureContextKey(owner, keyFrom(contextKey));
  for (const former of formerContextKeys) {
    const end = former.retiresAt === undefined ? undefined : new Date(former.retiresAt);
    if (end && end.getTime() <= Date.now()) continue;
    changed = (await ensureContextKey(owner, keyFrom(former), end)) || changed;
  }
  return { name: "context key", changed, detail: contextKey.id };
}

async function ensureSigningKeys(owner: Pool, { signingKey, handovers = [] }: ConfigFile): Promise<InitStep> {
  const { id, privateKey } = signingKey;
  let changed = await ensureSigningKey(owner, { id, publicKey: publicKeyOf(parseSigningKey(id, privateKey)) });
  for (const record of handovers) {
    changed = (await ensureSigningKey(owner, readHandover(record, "A hand-over in the configuration").from)) || changed;
    changed = (await ensureHandover(owner, record)) || changed;
  }
  return { name: "signing key", changed, detail: id };
}

/** Logins belong to the cluster: those of a database that was restored elsewhere are missing there. */
async function ensureOperators(owner: Pool, first: string | null): Promise<InitStep> {
  const made = first !== null && (await ensureOperator(owner, first, "vendor-admin"));
  const missing = await ensureListedOperators(owner);
  const named = first === null ? "none: self-hosted" : `${first} (vendor-admin)`;
  const others = missing.length === 0 ? "" : `; made without a password: ${missing.join(", ")}`;
  return { name: "operator", changed: made || missing.length > 0, detail: `${named}${others}` };
}

/** The settings as they will be, with the owner's login that is not written down. */
function withOwner(config: Config, file: ConfigFile, { engine, ownerUrl }: InitInput): Config {
  const base = loadConfig({ AZORA_DATA_DIR: config.dataDir.value });
  return {
    ...base,
    engine: { value: engine, source: "file", from: config.configFile },
    controlLogin: { value: file.controlLogin ?? DEFAULT_OPERATOR, source: "file", from: config.configFile },
    ownerUrl: ownerUrl ? { value: ownerUrl, source: "environment", from: "the owner's connection string" } : undefined,
  };
}
