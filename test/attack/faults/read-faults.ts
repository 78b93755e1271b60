import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Exemption } from "../../../src/isolation/finding.js";

/** One planted fault, or a harmless look-alike. */
export interface Fault {
  /** Its file's name without `.sql`. */
  readonly name: string;
  /** What leaks, in one sentence; of a look-alike what it is. */
  readonly says: string;
  /** The rule that must find it; null for a look-alike and for what only a probe can see. */
  readonly rule: string | null;
  readonly probe: string | null;
  /** The first major version of PostgreSQL that takes it. */
  readonly since: number;
  /** Why it can only be planted on a server; null when it can be anywhere. */
  readonly serverOnly: string | null;
  /** What an installation that is like this has to say about it. */
  readonly exemptions: readonly Exemption[];
  readonly sql: string;
}

const DIRECTORY = fileURLToPath(new URL(".", import.meta.url));

/** Faults that must be found. Comment lines at the top: the sentence, then `rule:` or `probe:`, `since:` and `server:`. */
export function readFaults(): readonly Fault[] {
  return read(DIRECTORY);
}

/** Look-alikes in which nothing may be found, each with its `exempt:` lines, `object: reason`, where it needs some. */
export function readHarmless(): readonly Fault[] {
  return read(`${DIRECTORY}harmless/`);
}

function read(directory: string): readonly Fault[] {
  const files = readdirSync(directory).filter((file) => file.endsWith(".sql"));
  return files.sort().map((file) => parse(file.slice(0, -4), readFileSync(directory + file, "utf8")));
}

function parse(name: string, sql: string): Fault {
  const head =
    /^(?:--.*\n)+/
      .exec(sql)?.[0]
      .split("\n")
      .map((line) => line.slice(3)) ?? [];
  const value = (key: string) => head.find((line) => line.startsWith(`${key}: `))?.slice(key.length + 2) ?? null;
  const exemptions = head
    .filter((line) => line.startsWith("exempt: "))
    .map((line) => {
      const [object = "", reason = ""] = line.slice("exempt: ".length).split(/: (.*)/s);
      return { object, reason };
    });
  return {
    name,
    says: head[0] ?? "",
    rule: value("rule"),
    probe: value("probe"),
    since: Number(value("since") ?? 15),
    serverOnly: value("server"),
    exemptions,
    sql,
  };
}
