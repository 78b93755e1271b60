#!/usr/bin/env node
import module from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

// Compiled code is kept between starts where Node can (22.8 and later).
module.enableCompileCache?.();
// As from Node 21 on: `pg` asks it whether this is a worker of Cloudflare's, and without it by making a Response, for which Node
// loads all of fetch().
globalThis.navigator ??= Object.freeze({ userAgent: `Node.js/${process.versions.node.split(".")[0]}` });
// V8 compiles WebAssembly that runs often a second time, in threads that a process waits for when it ends: half of what a
// short command took was code that nobody ran again. What runs for seconds still is compiled.
setFlagsFromString("--wasm-tiering-budget=1000000000");

const { runCli } = await import("../dist/cli/main.js");
await runCli({ argv: process.argv.slice(2), root: dirname(dirname(fileURLToPath(import.meta.url))) });
