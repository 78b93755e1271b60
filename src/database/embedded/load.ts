import { setFlagsFromString } from "node:v8";

/**
 * Loads PGlite. V8 compiles what runs often a second time, better, in threads that a process waits for when it ends: a
 * command that runs three statements waited half a second for code that nobody ran. What runs thirty times as long as
 * V8's own measure (1.8 million units in Node 20) is still compiled.
 */
export async function loadPglite() {
  setFlagsFromString("--wasm-tiering-budget=50000000");
  return (await import("@electric-sql/pglite")).PGlite;
}
