import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbedded } from "../../src/database/embedded/engine.js";
import { install, type Keys, OPERATORS, settle } from "./prepare.js";

/**
 * Makes the data directory that test files copy: PGlite takes seconds to fill a new one and
 * half a second to open a copy. @returns its path
 */
export async function makeEmbeddedTemplate(keys: Keys): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), "azora-embedded-"));
  const engine = openEmbedded({ dataDir, controlLogin: OPERATORS["vendor-admin"] });
  await install(await engine.pool("owner"), keys);
  await settle(engine, keys);
  await engine.close();
  return dataDir;
}
