import { type AccessFile, type Config, parseAccessFile } from "../../config.js";
import { AzoraError } from "../../errors.js";
import { writeConfigFile } from "../config-store.js";
import type { OpenedBackup } from "./archive.js";
import { CONFIG_FILE } from "./manifest.js";

/**
 * Puts the configuration of a backup where none is, pointing to where its database is now. It counts as unfinished:
 * `azora init` goes on from here with its keys and passwords, whatever stops this run.
 */
export async function placeConfig(config: Config, backup: OpenedBackup, ownerUrl: string | undefined): Promise<void> {
  if (config.stored || !backup.manifest.secrets) return;
  const chunks: Uint8Array[] = [];
  for await (const chunk of backup.read(CONFIG_FILE)) chunks.push(chunk);
  const kept = readKept(Buffer.concat(chunks).toString("utf8"), backup.file);
  if (kept.access || !kept.contextKey || !kept.signingKey) {
    throw new AzoraError("INVALID_INPUT", `The configuration in ${backup.file} is somebody's access, and no installation.`, {
      hint: "Set azora up with `azora init` first; restore then uses that configuration.",
    });
  }
  const { controlUrl, tenantUrl } = kept;
  writeConfigFile(config.configFile, {
    ...kept,
    installing: true,
    ...(controlUrl !== undefined && { controlUrl: moved(controlUrl, ownerUrl) }),
    ...(tenantUrl !== undefined && { tenantUrl: moved(tenantUrl, ownerUrl) }),
  });
}

function readKept(content: string, file: string): AccessFile {
  let cause: unknown;
  try {
    const kept = parseAccessFile(content);
    if (kept) return kept;
  } catch (error) {
    cause = error;
  }
  throw new AzoraError("INVALID_INPUT", `The configuration in ${file} is none that this azora knows.`, { cause });
}

/** The settings with all three logins in the database that the owner's connection string names. */
export function retarget(config: Config, ownerUrl: string | undefined): Config {
  if (ownerUrl === undefined) return config;
  const { controlUrl, tenantUrl } = config;
  return {
    ...config,
    ownerUrl: { value: ownerUrl, source: "flag", from: "the restored database" },
    controlUrl: controlUrl && { ...controlUrl, value: moved(controlUrl.value, ownerUrl) },
    tenantUrl: tenantUrl && { ...tenantUrl, value: moved(tenantUrl.value, ownerUrl) },
  };
}

/** The login of one connection string at the place of another. */
function moved(url: string, to: string | undefined): string {
  if (to === undefined) return url;
  const [login, place] = [new URL(url), new URL(to)];
  place.username = login.username;
  place.password = login.password;
  return place.toString();
}
