import { readFileSync } from "node:fs";

/** azora's own version, as package.json has it: what receipts say they were made by. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;
