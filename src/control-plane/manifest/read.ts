import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { AzoraError } from "../../errors.js";
import { type Declaration, type Problem, parseManifest } from "./parse.js";

/** A manifest that can't be applied as it is written. */
export class ManifestInvalid extends AzoraError {
  constructor(
    readonly problems: readonly Problem[],
    place: string,
  ) {
    const [first] = problems;
    const where = first ? `${first.file}:${first.line}:${first.column}: ${first.message}` : "";
    super("INVALID_INPUT", problems.length === 1 ? where : `${place} has ${problems.length} problems, the first at ${where}`, {
      hint: "Nothing was changed. `azora tenant:apply --print-schema` prints the JSON Schema, for editors.",
    });
  }
}

const MANIFEST = /\.(ya?ml|json)$/;

/**
 * Reads a manifest, or every *.yaml, *.yml and *.json of a directory, in the order of their names.
 * @throws AzoraError NOT_FOUND, INVALID_INPUT; ManifestInvalid with every problem and its place
 */
export function readManifests(place: string): readonly Declaration[] {
  const parsed = filesOf(place).map((file) => parseManifest(file, readText(file)));
  const problems = parsed.flatMap((each) => each.problems);
  const declarations = parsed.flatMap((each) => each.declarations);
  const all = [...problems, ...duplicates(declarations)];
  if (all.length > 0) throw new ManifestInvalid(all, place);
  return declarations;
}

function filesOf(place: string): readonly string[] {
  try {
    if (!statSync(place).isDirectory()) return [place];
    const files = readdirSync(place, { withFileTypes: true })
      .filter((entry: Dirent) => !entry.isDirectory() && MANIFEST.test(entry.name))
      .map(({ name }) => join(place, name))
      .sort();
    if (files.length > 0) return files;
  } catch (error) {
    throw unreadable(place, error);
  }
  throw new AzoraError("NOT_FOUND", `There is no *.yaml, *.yml or *.json in ${place}.`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(place: string, cause: unknown): AzoraError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "ENOENT") {
    const hint = "`azora tenant:list --format yaml` writes a first one.";
    return new AzoraError("NOT_FOUND", `There is no file or directory ${place}.`, { hint, cause });
  }
  return new AzoraError("INVALID_INPUT", `${place} can't be read (${code}).`, { cause });
}

/** Which of two is meant nobody knows; neither is taken. */
function duplicates(declarations: readonly Declaration[]): readonly Problem[] {
  const first = new Map<string, Declaration>();
  return declarations.flatMap((each) => {
    const { slug } = each.tenant;
    const other = first.get(slug);
    if (!other) {
      first.set(slug, each);
      return [];
    }
    const { file, line, column } = other.position("slug");
    return [{ ...each.position("slug"), message: `The slug "${slug}" stands at ${file}:${line}:${column} already.` }];
  });
}
