import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Where the installed `stripe` package keeps its types. */
export const PACKAGE = join(dirname(createRequire(import.meta.url).resolve("stripe")), "..", "esm");
