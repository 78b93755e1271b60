import type { Config } from "../../config.js";
import { askBriefly } from "../ask-briefly.js";
import { type Names, NOTHING, readCache, readNames, writeCache } from "./names-cache.js";

const LIFE_MS = 60_000;
const LIMIT_MS = 1000;

/**
 * The names that are known: as they were up to a minute ago where a server answers within a second, else as they were when one last did.
 * The embedded database is never opened for it: this would keep other processes out of it. Whoever worked in it has left the names.
 */
export async function completionNames(config: Config): Promise<Names> {
  const login = config.controlUrl ? "control" : "owner";
  const url = config[`${login}Url`]?.value;
  const known = readCache(config, url);
  const isFresh = known !== undefined && Math.abs(Date.now() - known.askedAt) < LIFE_MS;
  if (config.engine.value === "embedded" || url === undefined || isFresh) return known?.names ?? NOTHING;
  const names = await askBriefly(config, { login, limit: LIMIT_MS, ask: readNames }).catch(() => known?.names ?? NOTHING);
  // After a failure as well: a server that is down is asked once a minute, not at every key.
  writeCache(config, url, names);
  return names;
}
