import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { judged } from "./judge.js";
import { folderAt, READERS } from "./readers.js";
import { cases, PATH, SEED } from "./seed.js";

const USUAL = 40;
const directory = mkdtempSync(join(tmpdir(), "azora-fuzz-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.each(Object.entries(READERS))("%s", (name, { whole, files, read, share = 1 }) => {
  const folder = folderAt(join(directory, name.replaceAll(/\W+/g, "-")));

  it("is read", async () => {
    await expect((async () => read(whole, folder))()).resolves.not.toThrow();
  });

  it(`is refused in words, whatever is wrong with it (AZORA_FUZZ_SEED=${SEED})`, { timeout: 3_600_000 }, async () => {
    const property = fc.asyncProperty(files, (content) => judged(() => read(content, folder)));
    await fc.assert(property, { seed: SEED, numRuns: cases(USUAL * share), ...PATH });
  });
});
