import { readFileSync } from "node:fs";
import { ROOT } from "./root.js";

/** azora's own version, as package.json has it: what receipts say they were made by. */
export const VERSION: string = (JSON.parse(readFileSync(new URL("package.json", ROOT), "utf8")) as { version: string }).version;
