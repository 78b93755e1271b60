import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { type AccessFile, checkUrl, readConfigFile } from "../config.js";
import { type ContextsFile, contextsFile, DEFAULT_CONTEXT, findContext, platformDir, readContexts } from "../contexts.js";
import { hidePassword } from "../database/server.js";
import { AzoraError } from "../errors.js";
import { writeConfigFile, writePrivateFile } from "./config-store.js";

/** An installation in the list. Part of the public JSON. */
export interface ContextEntry {
  readonly name: string;
  /** The one that `context:use` chose last. */
  readonly current: boolean;
  readonly dataDir: string;
  /** Null for a directory that nobody has set up yet. */
  readonly engine: "embedded" | "server" | null;
  /** Without its password; null where there is none. */
  readonly database: string | null;
}

export interface ContextChange {
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly context: ContextEntry;
}

/** What somebody was given to work with an installation that is set up elsewhere. */
export type Access = Required<Pick<AccessFile, "controlUrl">> & Pick<AccessFile, "tenantUrl" | "contextKey" | "signingKey">;

export interface AddContextInput {
  readonly name: string;
  /** Where the installation is already; a new directory without. */
  readonly dataDir?: string;
  readonly access?: Access;
  readonly dryRun: boolean;
}

interface ContextOrder {
  readonly name: string;
  readonly dryRun: boolean;
}

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Lists the contexts by name. @throws AzoraError CONFIG_INVALID */
export function listContexts(root: string = platformDir()): readonly ContextEntry[] {
  const file = readContexts(root);
  const names = Object.keys(file.contexts).sort();
  return names.map((name) => entryOf(file, name));
}

/**
 * Adds an installation to the list: one that is there, one that `azora init --context` will make, or an access to
 * a server, whose secrets are written to a file of mode 0600 in a directory of its own.
 * @throws AzoraError INVALID_INPUT, ALREADY_EXISTS, CONFIG_INVALID, FAILURE
 */
export function addContext({ name, dataDir, access, dryRun }: AddContextInput, root: string = platformDir()): ContextChange {
  if (!NAME.test(name)) {
    throw new AzoraError(
      "INVALID_INPUT",
      `"${name}" can't be a context: 1 to 63 lower-case letters, digits, dots, hyphens and underscores.`,
    );
  }
  const file = readContexts(root);
  const own = ownDirectory(root, name);
  if (Object.hasOwn(file.contexts, name) || (access && readConfigFile(join(own, "config.json")))) {
    throw new AzoraError("ALREADY_EXISTS", `There is a context "${name}" already.`, {
      hint: "Choose another name, or remove that one.",
    });
  }
  const stored = access && accessFile(access);
  const next = { ...file, contexts: { ...file.contexts, [name]: { dataDir: dataDir ? resolve(dataDir) : own } } };
  if (!dryRun) {
    if (stored) writeConfigFile(join(own, "config.json"), stored);
    writePrivateFile(contextsFile(root), next);
  }
  return { changed: true, dryRun, context: entryOf(next, name, stored) };
}

/** Makes a context the one that commands use unless told otherwise. @throws AzoraError NOT_FOUND, FAILURE */
export function useContext({ name, dryRun }: ContextOrder, root: string = platformDir()): ContextChange {
  const file = readContexts(root);
  findContext(file, name);
  const changed = file.current !== name;
  const next = { ...file, current: name };
  if (changed && !dryRun) writePrivateFile(contextsFile(root), next);
  return { changed, dryRun, context: entryOf(next, name) };
}

/**
 * Takes a context off the list. Secrets that `context:add` wrote for it are deleted; an installation that `init`
 * made stays where it is: its keys are nowhere else.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT (the default one), FAILURE
 */
export function removeContext({ name, dryRun }: ContextOrder, root: string = platformDir()): ContextChange {
  if (name === DEFAULT_CONTEXT)
    throw new AzoraError("INVALID_INPUT", `The context "${DEFAULT_CONTEXT}" is the platform's data directory: it stays.`);
  const file = readContexts(root);
  const { dataDir } = findContext(file, name);
  const context = entryOf(file, name);
  const { [name]: _, ...contexts } = file.contexts;
  if (!dryRun) {
    writePrivateFile(contextsFile(root), { ...file, contexts, current: file.current === name ? DEFAULT_CONTEXT : file.current });
    if (dataDir === ownDirectory(root, name) && isAccess(dataDir)) rmSync(dataDir, { recursive: true, force: true });
  }
  return { changed: true, dryRun, context };
}

function ownDirectory(root: string, name: string): string {
  return join(root, "contexts", name);
}

/** Written by `context:add`, which knows of it only what somebody was given. */
function isAccess(dataDir: string): boolean {
  return readConfigFile(join(dataDir, "config.json"))?.access === true;
}

function accessFile({ controlUrl, tenantUrl, ...keys }: Access): AccessFile {
  checkUrl(controlUrl, "The operator's connection string");
  if (tenantUrl) checkUrl(tenantUrl, "The application's connection string");
  const controlLogin = decodeURIComponent(new URL(controlUrl).username);
  return { version: 1, access: true, engine: "server", controlLogin, controlUrl, ...(tenantUrl && { tenantUrl }), ...keys };
}

function entryOf({ contexts, current }: ContextsFile, name: string, written?: AccessFile): ContextEntry {
  const { dataDir = "" } = contexts[name] ?? {};
  const stored = written ?? readConfigFile(join(dataDir, "config.json"));
  // A self-hosted installation has no operator's login.
  const url = stored?.controlUrl ?? stored?.tenantUrl;
  const database = stored?.engine === "embedded" ? dataDir : url ? hidePassword(url) : null;
  return { name, current: current === name, dataDir, engine: stored?.engine ?? null, database };
}
