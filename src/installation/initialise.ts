import { type Config, type ConfigFile, checkUrl, loadConfig } from "../config.js";
import { ensureContextKey, ensureSigningKey } from "../database/guard-keys.js";
import { checkLoginName, ensureOperator, roleExists, setPassword } from "../database/logins.js";
import { applyMigrations } from "../database/migrate/apply.js";
import { makePassword } from "../database/scram.js";
import { explainDatabaseError } from "../database/sql-errors.js";
import { AzoraError } from "../errors.js";
import { parseSigningKey, publicKeyOf } from "../signing.js";
import { makeContextKey, makeSigningKeySetting, writeConfigFile } from "./config-store.js";
import { openEngine, reachablePool } from "./open.js";
import { requireSupportedServer } from "./server-version.js";

export interface InitInput {
  readonly engine: "embedded" | "server";
  /** For a server: a login that may create roles. It is used now and not written down. */
  readonly ownerUrl?: string;
  /** Name of the first operator's login. */
  readonly operator: string;
  /** Give the logins new passwords even though the cluster has them already. */
  readonly resetPasswords: boolean;
}

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
    const needsPasswords = input.engine === "server" && (!stored || stored.installing === true);
    if (needsPasswords && !stored && !input.resetPasswords && (await roleExists(owner, "azora_runtime"))) throw loginsTaken();
    if (!stored) writeConfigFile(config.configFile, file);
    steps.push({ name: "configuration", changed: !stored, detail: config.configFile });

    const applied = await applyMigrations(owner);
    steps.push({ name: "migrations", changed: applied.length > 0, detail: `${applied.length} applied` });

    const operatorMade = await ensureOperator(owner, file.controlLogin, "vendor-admin");
    steps.push({ name: "operator", changed: operatorMade, detail: `${file.controlLogin} (vendor-admin)` });

    if (needsPasswords) {
      await setPassword(owner, "azora_runtime", passwordIn(file.tenantUrl));
      await setPassword(owner, file.controlLogin, passwordIn(file.controlUrl));
    }
    steps.push({
      name: "passwords",
      changed: needsPasswords,
      detail: input.engine === "server" ? "SCRAM-SHA-256, in the configuration file" : "none needed",
    });

    const contextKeyMade = await ensureContextKey(owner, file.contextKey.id, Buffer.from(file.contextKey.secret, "base64"));
    steps.push({ name: "context key", changed: contextKeyMade, detail: file.contextKey.id });
    const signingKey = parseSigningKey(file.signingKey.id, file.signingKey.privateKey);
    const signingKeyMade = await ensureSigningKey(owner, signingKey.id, publicKeyOf(signingKey));
    steps.push({ name: "signing key", changed: signingKeyMade, detail: signingKey.id });

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

function checkInput({ stored, configFile }: Config, { engine, ownerUrl, operator }: InitInput): void {
  if (engine === "server") {
    if (!ownerUrl) {
      throw new AzoraError("NEEDS_INPUT", "A PostgreSQL server needs the owner's connection string.", {
        hint: "Pass --owner-url-file FILE, or set AZORA_OWNER_URL.",
      });
    }
    checkUrl(ownerUrl, "The owner's connection string");
  }
  checkLoginName(operator);
  if (stored && stored.engine !== engine) {
    throw new AzoraError("CONFLICT", `${configFile} belongs to an installation on the ${stored.engine} engine.`, {
      hint: "Set AZORA_DATA_DIR to another directory for a second installation.",
    });
  }
}

/** What this very command has written before. @throws AzoraError CONFLICT for what was only added to the contexts */
function ownFile({ stored, configFile }: Config): ConfigFile | undefined {
  if (!stored) return undefined;
  const { access, contextKey, signingKey } = stored;
  if (!access && contextKey && signingKey) return { ...stored, contextKey, signingKey };
  throw new AzoraError("CONFLICT", `${configFile} is somebody's access to an installation that was set up elsewhere.`, {
    hint: "Add another context for a new one: `azora context:add NAME`.",
  });
}

function newConfigFile({ engine, ownerUrl, operator }: InitInput): ConfigFile {
  return {
    version: 1,
    engine,
    installing: true,
    controlLogin: operator,
    ...(engine === "server" && ownerUrl
      ? { controlUrl: urlFor(ownerUrl, operator), tenantUrl: urlFor(ownerUrl, "azora_runtime") }
      : {}),
    contextKey: makeContextKey(),
    signingKey: makeSigningKeySetting(),
  };
}

function urlFor(ownerUrl: string, login: string): string {
  const url = new URL(ownerUrl);
  url.username = login;
  url.password = makePassword();
  return url.toString();
}

/** The settings as they will be, with the owner's login that is not written down. */
function withOwner(config: Config, file: ConfigFile, { engine, ownerUrl }: InitInput): Config {
  const base = loadConfig({ AZORA_DATA_DIR: config.dataDir.value });
  return {
    ...base,
    engine: { value: engine, source: "file", from: config.configFile },
    controlLogin: { value: file.controlLogin, source: "file", from: config.configFile },
    ownerUrl: ownerUrl ? { value: ownerUrl, source: "environment", from: "the owner's connection string" } : undefined,
  };
}

function passwordIn(url: string | undefined): string {
  return url ? decodeURIComponent(new URL(url).password) : "";
}

function loginsTaken(): AzoraError {
  return new AzoraError(
    "CONFLICT",
    "The login azora_runtime exists in this cluster already, so another installation may be using it.",
    {
      hint: "Use that installation's configuration, or pass --reset-passwords to give the logins new ones.",
    },
  );
}
