import { readFile, writeFile } from "node:fs/promises";
import { ROOT } from "../../root.js";

const FILE = new URL("dist/empty-cluster.tar.gz", ROOT);

/**
 * A cluster with nothing in it, made by the build: to make one takes twice the memory and three times the time of
 * opening one. @returns nothing where there is none: PGlite then makes its own
 */
export async function emptyCluster(): Promise<Blob | undefined> {
  const archive = await readFile(FILE).catch(() => undefined);
  return archive && new Blob([new Uint8Array(archive)]);
}

/** Makes it; for the build. */
export async function makeEmptyCluster(): Promise<void> {
  const { PGlite } = await import("@electric-sql/pglite");
  const database = await PGlite.create();
  const archive = await database.dumpDataDir("gzip");
  await database.close();
  await writeFile(FILE, new Uint8Array(await archive.arrayBuffer()));
}
