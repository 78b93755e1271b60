import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import envPaths from "env-paths";
import { AzoraError } from "./errors.js";
import { nearest } from "./nearest.js";
import { parseJson } from "./parse-json.js";
import { mapOf, oneOf, record, type Shape, text } from "./shape.js";

/** Installations by name, and the one that the terminal uses unless told otherwise. Holds no secret. */
export interface ContextsFile {
  readonly version: 1;
  readonly current: string;
  /** The directory that each installation lives in: its config.json, and an embedded database. */
  readonly contexts: Readonly<Record<string, { readonly dataDir: string }>>;
}

/** The installation in the platform's data directory: always known, never removed. */
export const DEFAULT_CONTEXT = "default";

/** Where a person's installations are by default, and the list of them. */
export function platformDir(): string {
  return envPaths("azora", { suffix: "" }).data;
}

export function contextsFile(root: string): string {
  return join(root, "contexts.json");
}

/**
 * Reads the list of contexts; without a file there is the default one alone.
 * @throws AzoraError CONFIG_INVALID
 */
export function readContexts(root: string): ContextsFile {
  const file = contextsFile(root);
  const byDefault = { [DEFAULT_CONTEXT]: { dataDir: root } };
  if (!existsSync(file)) return { version: 1, current: DEFAULT_CONTEXT, contexts: byDefault };
  const { version, current, contexts } = parse(file);
  return { version, current, contexts: { ...contexts, ...byDefault } };
}

const isContextsFile = record({
  version: oneOf(1),
  current: text,
  contexts: mapOf(record({ dataDir: text })),
} satisfies Record<keyof ContextsFile, Shape>);

function parse(file: string): ContextsFile {
  let parsed: unknown;
  try {
    parsed = parseJson(readFileSync(file, "utf8"));
  } catch (error) {
    throw invalid(file, error);
  }
  if (!isContextsFile(parsed)) throw invalid(file);
  return parsed as ContextsFile;
}

function invalid(file: string, cause?: unknown): AzoraError {
  return new AzoraError("CONFIG_INVALID", `The list of contexts ${file} can't be read.`, {
    hint: "Restore it, or remove it and add the contexts again: it names directories and holds no secret.",
    cause,
  });
}

/** @throws AzoraError NOT_FOUND for a name that isn't in the list */
export function findContext({ contexts }: ContextsFile, name: string): { readonly dataDir: string } {
  const found = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (found) return found;
  const meant = nearest(name, Object.keys(contexts));
  throw new AzoraError("NOT_FOUND", `There is no context "${name}".`, {
    hint: `${meant ? `Did you mean "${meant}"? ` : ""}\`azora context:list\` shows them all.`,
  });
}
