import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const examples = new URL("../../docs/examples/", import.meta.url);
const page = readFileSync(new URL("../../docs/library.md", import.meta.url), "utf8");

interface Block {
  /** The example it is part of; undefined where none is named right above. */
  readonly file: string | undefined;
  readonly code: string;
}

/** The blocks of a page that are marked `ts`, each with the file whose link stands above it. */
function blocksOf(text: string): Block[] {
  const found = text.matchAll(/(?:^\[`docs\/examples\/([\w.-]+)`\]\(examples\/\1\)\n\n)?^```ts\n([\s\S]*?)^```$/gm);
  return [...found].map(([, file, code = ""]) => ({ file, code }));
}

/** What is wrong with a page, in words. */
function faultsOf(text: string): string[] {
  return blocksOf(text)
    .filter(({ file, code }) => !file || !readFileSync(new URL(file, examples), "utf8").includes(code))
    .map(({ file, code }) => `${file ?? "no file"}: ${code.split("\n")[0]}`);
}

describe("docs/library.md", () => {
  it("shows what stands in the examples, to the letter", () => {
    expect(faultsOf(page)).toEqual([]);
  });

  it("shows every example", () => {
    const shown = new Set(blocksOf(page).map(({ file }) => file));
    expect(readdirSync(examples).filter((file) => file.endsWith(".ts") && !shown.has(file))).toEqual([]);
    expect(shown.size).toBeGreaterThan(7);
  });

  it("is not taken for true when a block was edited, or has no file", () => {
    expect(faultsOf(page.replace("tenantDb(contextOf(session))", "tenantDb(contextOf(sessions))"))).toHaveLength(1);
    expect(faultsOf(`${page}\n\`\`\`ts\nconst own = 1;\n\`\`\`\n`)).toEqual(["no file: const own = 1;"]);
  });
});
