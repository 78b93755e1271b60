import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type AccessFile, type Config, readConfigFile, readSecretFile } from "../../config.js";
import { AzoraError } from "../../errors.js";
import { writeConfigFile, writePrivateText } from "../config-store.js";
import type { KeyKind } from "./kind.js";

/** Where a new key is written down, before the database hears of it. */
export interface KeyPlaces {
  /** This installation's own file; null where the key comes from the environment. */
  readonly configFile: string | null;
  /** A file for whoever else needs the key, or keeps it elsewhere; null for none. */
  readonly output: string | null;
}

/**
 * Where a new key has to go.
 * @throws AzoraError NEEDS_INPUT when that is in no file of ours and none is named
 */
export function placesFor<Key extends { readonly id: string }>(
  kind: KeyKind<Key>,
  config: Config,
  output: string | undefined,
): KeyPlaces {
  const setting = kind.name === "context" ? config.contextKey : config.signingKey;
  const isInFile = setting?.source === "file";
  if (!isInFile && output === undefined) {
    throw new AzoraError("NEEDS_INPUT", `The ${kind.name} key isn't kept in ${config.configFile}: a new one has nowhere to go.`, {
      hint: `Pass --output FILE: it gets the new key (mode 0600), as ${kind.variable}_FILE takes it.`,
    });
  }
  return { configFile: isInFile ? config.configFile : null, output: output ?? null };
}

/** This installation's file as it is now. @throws AzoraError CONFIG_INVALID */
export function fileAt(configFile: string): AccessFile {
  const file = readConfigFile(configFile);
  if (file) return file;
  throw new AzoraError("CONFIG_INVALID", `The configuration file ${configFile} is gone.`, {
    hint: "Run the same command again.",
  });
}

export interface NewKey<Key> {
  readonly key: Key;
  /** Whether an interrupted run had made it. */
  readonly resumed: boolean;
}

/**
 * The key that an interrupted run has written down; null where there is none.
 * @param used id of the key in use
 * @throws AzoraError ALREADY_EXISTS when the output is something else, INVALID_INPUT for its directory
 */
export function findNewKey<Key extends { readonly id: string }>(
  kind: KeyKind<Key>,
  { configFile, output }: KeyPlaces,
  used: string | undefined,
): Key | null {
  const pending = configFile === null ? undefined : kind.next(fileAt(configFile));
  if (output === null) return pending ?? null;
  if (!existsSync(dirname(resolve(output)))) {
    throw new AzoraError("INVALID_INPUT", `The directory of ${output} doesn't exist.`, { hint: "Make it, or choose another." });
  }
  if (!existsSync(output)) return pending ?? null;
  const written = readKey(kind, output);
  const isOurs = configFile === null ? written && written.id !== used : written && written.id === pending?.id;
  if (written && isOurs) return written;
  throw new AzoraError("ALREADY_EXISTS", `${output} exists already, and holds no ${kind.name} key that is waiting to be used.`, {
    hint: "Name a file that doesn't exist.",
  });
}

/** The key that an interrupted run has written down, or a new one, written down now. @throws AzoraError as findNewKey(), FAILURE */
export function writeDownNewKey<Key extends { readonly id: string }>(
  kind: KeyKind<Key>,
  places: KeyPlaces,
  used: string | undefined,
): NewKey<Key> {
  const found = findNewKey(kind, places, used);
  const key = found ?? kind.make();
  const { configFile, output } = places;
  if (configFile !== null && kind.next(fileAt(configFile)) === undefined) {
    writeConfigFile(configFile, kind.withNext(fileAt(configFile), key));
  }
  if (output !== null && !existsSync(output)) writePrivateText(output, kind.write(key));
  return { key, resumed: found !== null };
}

function readKey<Key extends { readonly id: string }>(kind: KeyKind<Key>, file: string): Key | undefined {
  try {
    return kind.parse(readSecretFile(file, "--output"), "--output");
  } catch {
    return undefined;
  }
}
