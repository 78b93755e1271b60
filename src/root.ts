import { existsSync } from "node:fs";

/** The folder that azora is installed in, with a slash at its end: where package.json is, and what is shipped beside the code. */
export const ROOT: URL = findRoot(new URL(".", import.meta.url));

/** Upwards, because the build puts several modules into one file, and not where their sources are. */
function findRoot(folder: URL): URL {
  return existsSync(new URL("package.json", folder)) ? folder : findRoot(new URL("..", folder));
}
