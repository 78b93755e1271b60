import { readFile, stat } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { glob } from "tinyglobby";
import { AzoraError } from "../../errors.js";

/** A file of the application: its path as it is shown, and its text. */
export interface TextFile {
  readonly path: string;
  readonly content: string;
}

/** What isn't the application's own. */
const IGNORED = ["**/node_modules/**", "**/.git/**"];

interface Wanted {
  /** Relative patterns and paths start here. */
  readonly directory: string;
  /** Files, directories and globs (`*`, `**`, `{a,b}`); those behind a `!` are left out. */
  readonly patterns: readonly string[];
  /** Of the files in directories; what is named itself is taken whatever it is called. */
  readonly extensions: readonly string[];
}

/**
 * The files that the patterns name, in the order of their paths.
 * @throws AzoraError INVALID_INPUT for a pattern that names none: what is looked for in nothing is never found
 */
export async function findFiles({ directory, patterns, extensions }: Wanted): Promise<string[]> {
  const wanted = patterns.filter((pattern) => !pattern.startsWith("!"));
  const matches = await Promise.all(wanted.map((pattern) => matchFiles({ directory, patterns: [pattern], extensions })));
  const empty = matches.findIndex((files) => files.length === 0);
  if (empty >= 0) {
    throw new AzoraError("INVALID_INPUT", `${wanted[empty]} matches no file in ${directory}.`, {
      hint: `Name a file, a directory or a quoted glob; in a directory, files ending in ${extensions.join(", ")} are read.`,
    });
  }
  const excluded = patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1));
  const left = new Set(await matchFiles({ directory, patterns: excluded, extensions }));
  return [...new Set(matches.flat())].filter((file) => !left.has(file)).sort();
}

/** The files that the patterns name, if any. */
export async function matchFiles({ directory, patterns, extensions }: Wanted): Promise<string[]> {
  return (await Promise.all(patterns.map((pattern) => expand(pattern, { directory, extensions })))).flat();
}

/** Reads files; their paths are shown from the directory where they are in it. */
export function readFiles(directory: string, paths: readonly string[]): Promise<TextFile[]> {
  return Promise.all(paths.map((path) => readOneFile(directory, path)));
}

export async function readOneFile(directory: string, path: string): Promise<TextFile> {
  const inside = relative(directory, path);
  const shown = inside.startsWith("..") || isAbsolute(inside) ? path : inside;
  return { path: shown.replaceAll("\\", "/"), content: await readFile(path, "utf8") };
}

async function expand(pattern: string, { directory, extensions }: Omit<Wanted, "patterns">): Promise<string[]> {
  const path = resolve(directory, pattern);
  const kind = await stat(path).catch(() => undefined);
  if (kind?.isFile()) return [path];
  if (kind?.isDirectory()) return search(join("**", `*.${braces(extensions)}`), path);
  return search(pattern, directory);
}

function search(pattern: string, cwd: string): Promise<string[]> {
  return glob({ patterns: [pattern], cwd, ignore: IGNORED, absolute: true, dot: true, expandDirectories: false });
}

function braces(extensions: readonly string[]): string {
  return extensions.length === 1 ? String(extensions[0]) : `{${extensions.join(",")}}`;
}
