#!/usr/bin/env node
// The same command line from the sources, without a build: for whoever works on azora.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { register } from "tsx/esm/api";

register();

const { runCli } = await import("../src/cli/main.ts");
await runCli({ argv: process.argv.slice(2), root: dirname(dirname(fileURLToPath(import.meta.url))), fromSource: true });
