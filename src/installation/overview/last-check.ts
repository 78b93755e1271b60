import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../config.js";
import type { Verification } from "../../isolation/verification.js";
import { parseJson } from "../../parse-json.js";
import { count, flag, oneOf, record, type Shape, text } from "../../shape.js";
import { writePrivateFile } from "../config-store.js";

/** How the last isolation check ended. Part of the public JSON. */
export interface LastCheck {
  readonly checkedAt: string;
  readonly verdict: Verification["verdict"];
  /** Findings that nobody accepted. */
  readonly violations: number;
  /** What could not be told. */
  readonly unclear: number;
  /** The catalog alone was read, nothing was tried. */
  readonly staticOnly: boolean;
  /** Each guarantee was broken on purpose, and seen to be. */
  readonly selfTest: boolean;
}

interface LastCheckFile extends LastCheck {
  readonly version: 1;
  readonly database: string;
}

const isLastCheck = record({
  ...{ version: oneOf(1), database: text, checkedAt: (value) => text(value) && !Number.isNaN(Date.parse(value as string)) },
  ...{ verdict: oneOf("clean", "violations", "undecided"), violations: count, unclear: count, staticOnly: flag, selfTest: flag },
} satisfies Record<keyof LastCheckFile, Shape>);

/** Keeps how a check of this installation ended. That it can't be written is no reason for the check to fail. */
export function rememberCheck(config: Config, verification: Verification, { staticOnly }: Pick<LastCheck, "staticOnly">): void {
  const { checkedAt, verdict, findings, unclear, selfTest } = verification;
  const database = databaseOf(config);
  const counts = { violations: findings.length, unclear: unclear.length };
  const content: LastCheckFile = { version: 1, database, checkedAt, verdict, ...counts, staticOnly, selfTest: selfTest !== null };
  try {
    writePrivateFile(fileOf(config), content);
  } catch {
    // A directory that is not there to be written: whoever asks is told "never".
  }
}

/** How the last check of this database ended on this machine; null where there was none, or none that can be read. */
export function lastCheck(config: Config): LastCheck | null {
  try {
    const parsed = parseJson(readFileSync(fileOf(config), "utf8"));
    if (!isLastCheck(parsed)) return null;
    const { version: _, database, ...check } = parsed as LastCheckFile;
    return database === databaseOf(config) ? check : null;
  } catch {
    return null;
  }
}

function fileOf({ dataDir }: Config): string {
  return join(dataDir.value, "last-check.json");
}

/** The database without the login: the owner checks it, an operator asks when. */
function databaseOf({ engine, ownerUrl, controlUrl, tenantUrl }: Config): string {
  const url = engine.value === "server" ? (controlUrl ?? tenantUrl ?? ownerUrl)?.value : undefined;
  if (url === undefined) return "embedded";
  const { hostname, port, pathname, searchParams } = new URL(url);
  return `${searchParams.get("host") ?? hostname}:${port || "5432"}${pathname}`;
}
