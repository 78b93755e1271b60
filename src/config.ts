import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ContextChoice, chooseContext } from "./choose-context.js";
import { AzoraError } from "./errors.js";
import { isHandover, type KeyHandover } from "./key-handover.js";
import { parseJson } from "./parse-json.js";
import { byDefault, type Environment, type Setting } from "./setting.js";
import { count, listOf, oneOf, record, type Shape, text } from "./shape.js";

/** A key of 32 bytes that signs tenant contexts, as it is written down. */
export interface ContextKeySetting {
  readonly id: string;
  /** Base64. */
  readonly secret: string;
}

/** The key that signs receipts. */
export interface SigningKeySetting {
  readonly id: string;
  /** Ed25519, PKCS #8, PEM. */
  readonly privateKey: string;
}

/** What is known of an installation, mode 0600; `context:add` writes as much as somebody was given. */
export interface AccessFile {
  readonly version: 1;
  readonly engine: "embedded" | "server";
  /** Somebody's access to what was set up elsewhere: written by `context:add`, and no installation of its own. */
  readonly access?: true;
  /** Present from the first write until the database is ready; the same `init` finishes it. */
  readonly installing?: true;
  /** Vendor and customer are one: no operators, and what they would do is the owner's. */
  readonly selfHosted?: true;
  readonly controlLogin?: string;
  readonly controlUrl?: string;
  readonly tenantUrl?: string;
  readonly contextKey?: ContextKeySetting;
  /** Present while a rotation is under way; the same `key:rotate` finishes it. */
  readonly nextContextKey?: ContextKeySetting;
  /** Keys whose place another has taken and that processes may still sign with, so that a restored database knows them. */
  readonly formerContextKeys?: readonly FormerContextKey[];
  readonly signingKey?: SigningKeySetting;
  readonly nextSigningKey?: SigningKeySetting;
  /** Which signing keys there were before, and until when. */
  readonly handovers?: readonly KeyHandover[];
}

/** A context key that has, or will have, its end. */
export interface FormerContextKey extends ContextKeySetting {
  /** ISO; missing while no end is set. */
  readonly retiresAt?: string;
}

/** Whose installation it is: a vendor's, whose operators have logins of their own, or that of the one who uses it. */
export type Mode = "vendor" | "self-hosted";

/** What `azora init` writes down: all of it. */
export type ConfigFile = AccessFile & Required<Pick<AccessFile, "contextKey" | "signingKey">>;

/** How Stripe is reached. All from the environment: a key that can move money is written down by nobody. */
export interface StripeConfig {
  readonly key: Setting<string> | undefined;
  /** Another place than Stripe's own. */
  readonly apiBase: Setting<string> | undefined;
  /** The test clock that new customers live by; test mode only. */
  readonly testClock: Setting<string> | undefined;
  /** What webhooks are signed with; two while one takes the place of the other. */
  readonly webhookSecret: Setting<string> | undefined;
}

/** All settings of this process, read once; flag before environment before file before default. */
export interface Config {
  /** Which installation of several; undefined where AZORA_DATA_DIR names the directory itself. */
  readonly context: Setting<string> | undefined;
  readonly dataDir: Setting<string>;
  readonly configFile: string;
  /** What the file holds, if there is one; undefined before `azora init`. */
  readonly stored: AccessFile | undefined;
  readonly engine: Setting<"embedded" | "server">;
  readonly mode: Setting<Mode>;
  readonly ownerUrl: Setting<string> | undefined;
  readonly controlUrl: Setting<string> | undefined;
  readonly tenantUrl: Setting<string> | undefined;
  readonly controlLogin: Setting<string>;
  readonly contextKey: Setting<ContextKeySetting> | undefined;
  readonly signingKey: Setting<SigningKeySetting> | undefined;
  readonly stripe: StripeConfig;
  /** Directory of pg_dump and pg_restore, where PATH doesn't lead to the right ones. */
  readonly pgBin: Setting<string> | undefined;
  /** One id for all that this process does in the control plane; a caller's own, to find it again. */
  readonly requestId: string | undefined;
}

export const DEFAULT_OPERATOR = "azora_admin";

/**
 * Reads the settings.
 * @throws AzoraError CONFIG_INVALID naming the variable or the file that is wrong, NOT_FOUND (context)
 */
export function loadConfig(env: Environment = process.env, choice: ContextChoice = {}): Config {
  const { context, dataDir } = chooseContext(env, choice);
  const configFile = join(dataDir.value, "config.json");
  const stored = readConfigFile(configFile);
  const fromFile = <T>(value: T | undefined): Setting<T> | undefined =>
    value === undefined ? undefined : { value, source: "file", from: configFile };
  const ownerUrl = url(env, "AZORA_OWNER_URL");
  const controlUrl = url(env, "AZORA_CONTROL_URL") ?? fromFile(stored?.controlUrl);
  const tenantUrl = url(env, "AZORA_TENANT_URL") ?? fromFile(stored?.tenantUrl);
  const urlFromEnvironment = [ownerUrl, controlUrl, tenantUrl].find((setting) => setting?.source === "environment");
  return Object.freeze({
    context,
    dataDir,
    configFile,
    stored,
    ownerUrl,
    controlUrl,
    tenantUrl,
    engine: urlFromEnvironment
      ? { ...urlFromEnvironment, value: "server" as const }
      : (fromFile(stored?.engine) ?? byDefault("embedded" as const, "no connection string is set")),
    // An operator's login is a control plane, whoever once installed without one.
    mode: controlUrl
      ? { ...controlUrl, value: "vendor" as const }
      : (fromFile(stored?.selfHosted && ("self-hosted" as const)) ?? byDefault("vendor" as const, "azora")),
    controlLogin: fromFile(stored?.controlLogin) ?? byDefault(DEFAULT_OPERATOR, "azora"),
    contextKey: contextKey(env) ?? fromFile(stored?.contextKey),
    signingKey: signingKey(env) ?? fromFile(stored?.signingKey),
    stripe: {
      key: variable(env, "STRIPE_API_KEY"),
      apiBase: plainVariable(env, "STRIPE_API_BASE"),
      testClock: plainVariable(env, "STRIPE_TEST_CLOCK"),
      webhookSecret: variable(env, "STRIPE_WEBHOOK_SECRET"),
    },
    pgBin: plainVariable(env, "AZORA_PG_BIN"),
    requestId: env.AZORA_REQUEST_ID || undefined,
  });
}

const isUrl: Shape = (value) => text(value) && isConnectionString(value as string);

const isContextKey = { id: text, secret: text } satisfies Record<keyof ContextKeySetting, Shape>;
const isSigningKey = record({ id: text, privateKey: text } satisfies Record<keyof SigningKeySetting, Shape>);

const isAccessFile = record(
  { version: oneOf(1), engine: oneOf("embedded", "server") } satisfies Partial<Fields>,
  {
    access: oneOf(true),
    installing: oneOf(true),
    selfHosted: oneOf(true),
    controlLogin: text,
    controlUrl: isUrl,
    tenantUrl: isUrl,
    contextKey: record(isContextKey),
    nextContextKey: record(isContextKey),
    formerContextKeys: listOf(record(isContextKey, { retiresAt: text })),
    signingKey: isSigningKey,
    nextSigningKey: isSigningKey,
    handovers: listOf(isHandover),
  } satisfies Partial<Fields>,
);

type Fields = Record<keyof AccessFile, Shape>;

/** What a later azora writes has another number. */
const isOfOther: Shape = (value) => record({ version: count })(value) && (value as AccessFile).version !== 1;

/**
 * Reads the text of a configuration.
 * @returns undefined for that of a later azora
 * @throws SyntaxError for anything else
 */
export function parseAccessFile(content: string): AccessFile | undefined {
  const parsed = parseJson(content);
  if (isAccessFile(parsed)) return parsed as AccessFile;
  if (isOfOther(parsed)) return undefined;
  throw new SyntaxError("it is not as azora writes it");
}

/** @throws AzoraError CONFIG_INVALID */
export function readConfigFile(file: string): AccessFile | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const parsed = parseAccessFile(readFileSync(file, "utf8"));
    if (parsed) return parsed;
  } catch (error) {
    throw new AzoraError("CONFIG_INVALID", `The configuration file ${file} can't be read.`, {
      hint: "Restore it from a copy: it holds the keys of this installation.",
      cause: error,
    });
  }
  throw new AzoraError("CONFIG_INVALID", `The configuration file ${file} is of a version that this azora doesn't know.`, {
    hint: "Update azora, or set AZORA_DATA_DIR to another directory.",
  });
}

/** A value from NAME, or from the file that NAME_FILE names. */
function variable(env: Environment, name: string): Setting<string> | undefined {
  const file = env[`${name}_FILE`];
  if (env[name] && file) {
    throw new AzoraError("CONFIG_INVALID", `${name} and ${name}_FILE are both set.`, { hint: "Unset one of them." });
  }
  if (env[name]) return { value: env[name], source: "environment", from: name };
  if (!file) return undefined;
  return { value: readSecretFile(file, `${name}_FILE`), source: "environment", from: `${name}_FILE` };
}

function plainVariable(env: Environment, name: string): Setting<string> | undefined {
  return env[name] ? { value: env[name], source: "environment", from: name } : undefined;
}

/**
 * Reads a secret from a file, without the line end that editors add.
 * @throws AzoraError CONFIG_INVALID naming `from`
 */
export function readSecretFile(file: string, from: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new AzoraError("CONFIG_INVALID", `The file ${file} that ${from} names can't be read.`, { cause: error });
  }
}

function url(env: Environment, name: string): Setting<string> | undefined {
  const setting = variable(env, name);
  if (setting) checkUrl(setting.value, setting.from);
  return setting;
}

/**
 * Refuses what is no PostgreSQL connection string, without repeating it: it holds a password.
 * @throws AzoraError CONFIG_INVALID
 */
export function checkUrl(value: string, from: string): void {
  if (isConnectionString(value)) return;
  throw new AzoraError("CONFIG_INVALID", `${from} is not a PostgreSQL connection string.`, {
    hint: "It looks like postgresql://user:password@host:5432/database.",
  });
}

function isConnectionString(value: string): boolean {
  return /^postgres(ql)?:\/\//.test(value) && URL.canParse(value);
}

function contextKey(env: Environment): Setting<ContextKeySetting> | undefined {
  const setting = variable(env, "AZORA_CONTEXT_KEY");
  return setting && { ...setting, value: parseContextKey(setting.value, setting.from) };
}

function signingKey(env: Environment): Setting<SigningKeySetting> | undefined {
  const setting = variable(env, "AZORA_SIGNING_KEY");
  return setting && { ...setting, value: parseSigningKeyText(setting.value, setting.from) };
}

/**
 * Reads `id:base64`, as `azora help environment` documents it.
 * @throws AzoraError CONFIG_INVALID naming `from`
 */
export function parseContextKey(text: string, from: string): ContextKeySetting {
  const [id, secret, ...rest] = text.split(":");
  if (id && secret && rest.length === 0 && Buffer.from(secret, "base64").length === 32) return { id, secret };
  throw new AzoraError("CONFIG_INVALID", `${from} is not a context key.`, {
    hint: "It looks like ID:BASE64, with 32 bytes in base64.",
  });
}

/**
 * Reads `id:` and a PEM, or a PEM alone.
 * @throws AzoraError CONFIG_INVALID naming `from`
 */
export function parseSigningKeyText(text: string, from: string): SigningKeySetting {
  const found = /^(?:([\w-]+):\s*)?(-----BEGIN PRIVATE KEY-----[\s\S]+-----END PRIVATE KEY-----)\s*$/.exec(text);
  if (found) return { id: found[1] ?? "default", privateKey: found[2] as string };
  throw new AzoraError("CONFIG_INVALID", `${from} is not an Ed25519 private key.`, {
    hint: "It is a PEM (PKCS #8), with `ID:` in front of it.",
  });
}
