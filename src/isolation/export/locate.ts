/** A place in a file of the project. */
export interface Location {
  /** Relative, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** Finds where an object of the database is made. */
export type Locate = (object: string) => Location | null;

const MAKES =
  /^\s*CREATE\s+(?:OR\s+REPLACE\s+|UNLOGGED\s+|TEMP(?:ORARY)?\s+|UNIQUE\s+|MATERIALIZED\s+|RECURSIVE\s+|FOREIGN\s+)*(TABLE|VIEW|SEQUENCE|FUNCTION|PROCEDURE|ROLE|USER|SCHEMA|POLICY)\s+(?:IF\s+NOT\s+EXISTS\s+)?((?:"(?:[^"]|"")+"|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")+"|[\w$]+))?)/i;

/**
 * Reads SQL files, oldest first, for what they make. What is made twice is where it was made last. A finding's object
 * is `table tenant.documents` or the like; `file prisma/tenant.prisma:12` says its place itself.
 */
export function locateIn(files: readonly SourceFile[]): Locate {
  const made = new Map<string, Location>();
  for (const { file, text } of files) {
    text.split("\n").forEach((line, at) => {
      const name = MAKES.exec(line)?.[2];
      if (name) made.set(plainName(name), { file, line: at + 1 });
    });
  }
  return (object) => {
    const own = /^file (.+?)(?::(\d+))?$/.exec(object);
    if (own?.[1]) return { file: own[1], line: Number(own[2] ?? 1) };
    const name = plainName(object.slice(object.indexOf(" ") + 1).replace(/\(.*$/, ""));
    return made.get(name) ?? null;
  };
}

/** Without quotes and spaces. */
function plainName(name: string): string {
  return name.replaceAll(/["\s]/g, "");
}
