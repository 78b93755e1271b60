#!/usr/bin/env node
import module from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

// Compiled code is kept between starts where Node can (22.8 and later).
module.enableCompileCache?.();
// V8 compiles WebAssembly that runs often a second time, in threads that a process waits for when it ends: a command with
// three statements waited a quarter of its time for code that nobody ran. What runs thirty times as long still is compiled.
setFlagsFromString("--wasm-tiering-budget=50000000");

const { runCli } = await import("../dist/cli/main.js");
await runCli({ argv: process.argv.slice(2), root: dirname(dirname(fileURLToPath(import.meta.url))) });
