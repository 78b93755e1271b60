import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { checkSource, type SourceAnswer, type SourceInput } from "../../src/isolation/source/check-source.js";
import { AZORA } from "../../src/isolation/target.js";

/** A directory with these files, gone when the test is. */
export async function makeProject(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "azora-source-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  return directory;
}

/** Checks a project of these files against azora's own target. */
export async function check(files: Readonly<Record<string, string>>, input: Partial<SourceInput> = {}): Promise<SourceAnswer> {
  const directory = await makeProject(files);
  return checkSource({ directory, schemas: [], sources: [], target: AZORA, ...input });
}

/** `rule file:line` of each finding. */
export function named({ findings }: Pick<SourceAnswer, "findings">): string[] {
  return findings.map(({ rule, object }) => `${rule} ${object.replace("file ", "")}`);
}
