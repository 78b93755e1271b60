import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import extractDepcruiseOptions from "dependency-cruiser/config-utl/extract-depcruise-options";
import extractTsConfig from "dependency-cruiser/config-utl/extract-ts-config";
import { afterEach, describe, expect, it } from "vitest";

/** The rules are run on this repository by `npm run imports`; here each is shown to go red on a planted line. */

const root = fileURLToPath(new URL("../..", import.meta.url));
let house: string | undefined;

afterEach(() => {
  if (house) rmSync(house, { recursive: true, force: true });
});

const rules = await extractDepcruiseOptions(join(root, ".ci/import-rules.cjs"));

/** @returns the rules that these files break */
async function broken(files: Record<string, string>): Promise<string[]> {
  house = mkdtempSync(join(tmpdir(), "azora-house-"));
  symlinkSync(join(root, "node_modules"), join(house, "node_modules"));
  cpSync(join(root, "tsconfig.json"), join(house, "tsconfig.json"));
  cpSync(join(root, "package.json"), join(house, "package.json"));
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(house, file)), { recursive: true });
    writeFileSync(join(house, file), content);
  }
  const config = extractTsConfig(join(house, "tsconfig.json"));
  const { output } = await cruise(["src"], { ...rules, baseDir: house }, undefined, { tsConfig: config });
  return (output as ICruiseResult).summary.violations.map(({ rule }) => rule.name);
}

const ROOM = "export const room = 1;\n";

const PLANTED: [rule: string, files: Record<string, string>][] = [
  ["planes-apart", { "src/tenant-plane/b.ts": ROOM, "src/control-plane/a.ts": 'export { room } from "../tenant-plane/b.js";\n' }],
  [
    "planes-apart",
    { "src/generated/tenant/b.ts": ROOM, "src/control-plane/a.ts": 'export { room } from "../generated/tenant/b.js";\n' },
  ],
  [
    "planes-apart-too",
    { "src/control-plane/b.ts": ROOM, "src/tenant-plane/a.ts": 'export { room } from "../control-plane/b.js";\n' },
  ],
  ["nobody-imports-commands", { "src/commands/b.ts": ROOM, "src/cli/a.ts": 'export { room } from "../commands/b.js";\n' }],
  ["operations-know-no-terminal", { "src/cli/b.ts": ROOM, "src/control-plane/a.ts": 'export { room } from "../cli/b.js";\n' }],
  [
    "cli-knows-no-operation",
    { "src/control-plane/b.ts": ROOM, "src/cli/a.ts": 'export { room } from "../control-plane/b.js";\n' },
  ],
  [
    "planes-under-installation",
    { "src/installation/b.ts": ROOM, "src/tenant-plane/a.ts": 'export { room } from "../installation/b.js";\n' },
  ],
  [
    "planes-under-installation",
    { "src/installation/b.ts": ROOM, "src/isolation/a.ts": 'export { room } from "../installation/b.js";\n' },
  ],
  ["operations-know-no-terminal", { "src/cli/b.ts": ROOM, "src/isolation/a.ts": 'export { room } from "../cli/b.js";\n' }],
  [
    "isolation-apart",
    { "src/control-plane/b.ts": ROOM, "src/isolation/a.ts": 'export { room } from "../control-plane/b.js";\n' },
  ],
  ["isolation-unasked", { "src/isolation/b.ts": ROOM, "src/tenant-plane/a.ts": 'export { room } from "../isolation/b.js";\n' }],
  ["seal-alone", { "src/database/b.ts": ROOM, "src/seal/a.ts": 'export { room } from "../database/b.js";\n' }],
  ["signing-imports-nothing", { "src/errors.ts": ROOM, "src/signing.ts": 'export { room } from "./errors.js";\n' }],
  [
    "database-at-the-bottom",
    { "src/tenant-plane/b.ts": ROOM, "src/database/a.ts": 'export { room } from "../tenant-plane/b.js";\n' },
  ],
  ["errors-import-nothing", { "src/config.ts": ROOM, "src/errors.ts": 'export { room } from "./config.js";\n' }],
  ["terminal-libraries", { "src/commands/a.ts": 'export { default } from "chalk";\n' }],
  ["drivers", { "src/control-plane/a.ts": 'export { Pool } from "pg";\n' }],
  ["parsers", { "src/isolation/rules/a.ts": 'export { parse } from "@babel/parser";\n' }],
  ["manifests", { "src/control-plane/a.ts": 'export { parse } from "yaml";\n' }],
  ["parquet", { "src/commands/a.ts": 'export { ParquetWriter } from "hyparquet-writer";\n' }],
  [
    "formats-know-no-plane",
    { "src/tenant-plane/b.ts": ROOM, "src/audit-file/a.ts": 'export { room } from "../tenant-plane/b.js";\n' },
  ],
  ["no-development-packages", { "src/database/a.ts": 'export { default } from "fast-check";\n' }],
  ["resolvable", { "src/database/a.ts": 'export { nothing } from "./nowhere.js";\n' }],
  [
    "no-circles",
    {
      "src/database/a.ts": 'export { b } from "./b.js";\nexport const a = 1;\n',
      "src/database/b.ts": 'export { a } from "./a.js";\nexport const b = 1;\n',
    },
  ],
];

describe("import rules", () => {
  it.each(PLANTED)("%s goes red", async (rule, files) => {
    expect(await broken(files)).toContain(rule);
  });

  it("let a tidy house pass, types across the wall of drivers included", async () => {
    const files = {
      "src/database/b.ts": ROOM,
      "src/control-plane/a.ts":
        'import type { Pool } from "pg";\nexport { room } from "../database/b.js";\nexport type P = Pool;\n',
    };
    expect(await broken(files)).toEqual([]);
  });
});
