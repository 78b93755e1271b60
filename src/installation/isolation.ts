import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { Config } from "../config.js";
import type { Engine } from "../database/engine.js";
import { readMigrations } from "../database/migrate/history.js";
import { AzoraError } from "../errors.js";
import { type BaselineEntry, formatBaseline, parseBaseline, renewBaseline } from "../isolation/baseline.js";
import { type Locate, locateIn } from "../isolation/export/locate.js";
import type { LoginPools } from "../isolation/probes/own-connection.js";
import { readTarget } from "../isolation/read-target.js";
import { makeReport } from "../isolation/report/make-report.js";
import type { Report } from "../isolation/report/report.js";
import { AZORA } from "../isolation/target.js";
import type { Verification } from "../isolation/verification.js";
import { inspect, type VerifyInput } from "../isolation/verify.js";
import type { SigningKey } from "../signing.js";
import { signingKeyOf } from "./open.js";
import { rememberCheck } from "./overview/last-check.js";
import { lend, withOwnerConnection } from "./owner-connection.js";
import { readText } from "./read-text.js";

/** What is looked at, as files and flags say it. */
export interface Subject {
  readonly targetFile: string | undefined;
  readonly ownerUrlFile: string | undefined;
  readonly migrationsDirectory: string | undefined;
  readonly schemas: readonly string[];
  readonly sources: readonly string[];
  readonly staticOnly: boolean;
  readonly selfTest: boolean;
  readonly baselineFile: string | undefined;
  /** Where relative paths of schemas and sources start. */
  readonly directory: string;
  readonly azora: string;
}

/** A reason to accept what is found, into the baseline. */
export type VerifySubject = Subject & { readonly accept: string | undefined };

/**
 * Checks a database, and takes what is found into the baseline where a reason was given.
 * @throws AzoraError INVALID_INPUT (files), and what the connection throws
 */
export async function verifyIsolation(config: () => Config, subject: VerifySubject): Promise<Verification> {
  const { accept, baselineFile } = subject;
  const verification = await withSubject(config, subject, async (input) => {
    const found = await inspect(input);
    const { verification } = found;
    if (accept === undefined || baselineFile === undefined) return verification;
    const today = verification.checkedAt.slice(0, 10);
    const renewed = renewBaseline(verification.findings, found.kept, { reason: accept, today });
    await writeFile(baselineFile, formatBaseline(renewed));
    return found.judgeAgain(renewed);
  });
  if (isOwn(subject)) rememberCheck(config(), verification, subject);
  return verification;
}

/** Whether it is this installation that was checked, for what azora promises, and nothing else. */
function isOwn({ targetFile, ownerUrlFile, migrationsDirectory }: Subject): boolean {
  return [targetFile, ownerUrlFile, migrationsDirectory].every((other) => other === undefined);
}

/** Checks a database for a report. @throws AzoraError as verifyIsolation() */
export function reportIsolation(config: () => Config, subject: Subject): Promise<Report> {
  return withSubject(config, subject, makeReport);
}

/** @throws AzoraError NOT_CONFIGURED without a key */
export function requireSigningKey(config: Config): SigningKey {
  const key = signingKeyOf(config);
  if (key) return key;
  throw new AzoraError("NOT_CONFIGURED", "A review pack needs the key that signs it.", {
    hint: "Set AZORA_SIGNING_KEY_FILE, or use the configuration that `azora init` wrote.",
  });
}

async function withSubject<T>(config: () => Config, subject: Subject, work: (input: VerifyInput) => Promise<T>): Promise<T> {
  const { targetFile, ownerUrlFile, migrationsDirectory, directory, schemas, sources } = subject;
  const target = targetFile === undefined ? AZORA : await readTarget(resolve(directory, targetFile));
  const source = schemas.length + sources.length > 0 ? { directory, schemas, sources } : null;
  const rest = {
    azora: subject.azora,
    baseline: await readBaseline(subject),
    probes: !subject.staticOnly,
    selfTest: subject.selfTest,
    source,
  };
  if (migrationsDirectory === undefined) {
    return withOwnerConnection(config, ownerUrlFile, async (client, engine) => {
      // Without the guard the installation's own logins are none of the target's.
      const logins = engine && target.guard ? await ownLogins(config(), engine) : {};
      return work({ client, target, logins, ...rest });
    });
  }
  const { withMigrations } = await import("../isolation/source/with-migrations.js");
  return withMigrations({ directory: resolve(directory, migrationsDirectory), target }, (database) =>
    lend(database.owner, (client) => work({ client, target: database.target, ...rest })),
  );
}

/** The planes' own connections, as far as this installation has them: a self-hoster has no control plane. */
async function ownLogins({ mode, tenantUrl, controlUrl }: Config, engine: Engine): Promise<LoginPools> {
  const isThere = (url: unknown) => engine.kind === "embedded" || url !== undefined;
  return {
    ...(isThere(tenantUrl) && { runtime: await engine.pool("tenant") }),
    ...(mode.value === "vendor" && isThere(controlUrl) && { control: await engine.pool("control") }),
  };
}

async function readBaseline({ baselineFile, ...subject }: Subject): Promise<BaselineEntry[]> {
  if (baselineFile === undefined) return [];
  // One that is about to be written for the first time isn't there yet.
  const isNew = "accept" in subject && subject.accept !== undefined && !existsSync(baselineFile);
  return isNew ? [] : parseBaseline(await readText(baselineFile, "baseline"), baselineFile);
}

/** Where objects are made: in the migrations that were given, or those below the directory. */
export async function locateObjects({ directory, migrationsDirectory = "prisma/migrations" }: Subject): Promise<Locate> {
  const path = resolve(directory, migrationsDirectory);
  if (!existsSync(path)) return locateIn([]);
  const migrations = await readMigrations(path);
  const file = (name: string) => relative(directory, join(path, name, "migration.sql"));
  return locateIn(migrations.map(({ name, sql }) => ({ file: file(name), text: sql })));
}
