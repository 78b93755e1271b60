// Makes the command line start fast: each command and all that it loads at once in a few files, in place of some 250. Written over
// what tsc made of src/cli/main.ts and src/commands; the library beside it stays as it is. Decision 29.
import { readdirSync } from "node:fs";
import { build } from "esbuild";

/** Loaded by few commands and late, or with files of their own beside their code. */
const APART = [
  "@babel/*",
  "@electric-sql/pglite",
  "#prisma/query_compiler_*",
  "@prisma/prisma-schema-wasm",
  "@prisma/schema-engine-wasm",
  "hyparquet*",
  "inquirer",
  "stripe",
];

/** What packages try to load and azora doesn't have. */
const ABSENT = ["pg-cloudflare", "pg-native", "ts-node", "tsx", "typescript"];

const commands = readdirSync("dist/commands", { recursive: true }).filter((file) => file.endsWith(".js"));

await build({
  entryPoints: ["dist/cli/main.js", ...commands.map((file) => `dist/commands/${file}`)],
  outdir: "dist",
  outbase: "dist",
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  // One folder deep, like the rooms: src/root.ts and its neighbours count on no more than that.
  chunkNames: "chunks/[name]-[hash]",
  platform: "node",
  format: "esm",
  target: "node20.19",
  external: [...APART, ...ABSENT],
  minifySyntax: true,
  minifyWhitespace: true,
  // Packages in CommonJS ask for Node's modules.
  banner: { js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);' },
  logLevel: "warning",
});
