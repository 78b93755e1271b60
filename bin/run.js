#!/usr/bin/env node
import module from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

// Compiled code is kept between starts where Node can (22.8 and later).
module.enableCompileCache?.();

const { runCli } = await import("../dist/cli/main.js");
await runCli({ argv: process.argv.slice(2), root: dirname(dirname(fileURLToPath(import.meta.url))) });
