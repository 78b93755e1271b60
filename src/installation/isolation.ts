import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { Config } from "../config.js";
import { readMigrations } from "../database/migrate/history.js";
import { AzoraError } from "../errors.js";
import { formatBaseline, parseBaseline, renewBaseline } from "../isolation/baseline.js";
import { type Locate, locateIn } from "../isolation/export/locate.js";
import { makeReport } from "../isolation/report/make-report.js";
import type { Report } from "../isolation/report/report.js";
import { AZORA } from "../isolation/target.js";
import { parseTarget } from "../isolation/target-file.js";
import type { Verification } from "../isolation/verification.js";
import { inspect, type VerifyInput } from "../isolation/verify.js";
import type { SigningKey } from "../signing.js";
import { signingKeyOf } from "./open.js";
import { withOwnerConnection } from "./owner-connection.js";

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
  return withSubject(config, subject, async (input) => {
    const found = await inspect(input);
    const { verification } = found;
    if (accept === undefined || baselineFile === undefined) return verification;
    const today = verification.checkedAt.slice(0, 10);
    const renewed = renewBaseline(verification.findings, found.kept, { reason: accept, today });
    await writeFile(baselineFile, formatBaseline(renewed));
    return found.judgeAgain(renewed);
  });
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
  const { targetFile, baselineFile, ownerUrlFile, azora, staticOnly } = subject;
  const target = targetFile === undefined ? AZORA : parseTarget(await read(targetFile, "--target"), targetFile);
  // A baseline that is about to be written for the first time isn't there yet.
  const isNew = baselineFile !== undefined && "accept" in subject && subject.accept !== undefined && !existsSync(baselineFile);
  const baseline = baselineFile === undefined || isNew ? [] : parseBaseline(await read(baselineFile, "--baseline"), baselineFile);
  return withOwnerConnection(config, ownerUrlFile, (client) => work({ client, target, azora, baseline, probes: !staticOnly }));
}

/** Where objects are made: in the migrations that were given, or those below the directory. */
export async function locateObjects({ directory, migrationsDirectory = "prisma/migrations" }: Subject): Promise<Locate> {
  const path = resolve(directory, migrationsDirectory);
  if (!existsSync(path)) return locateIn([]);
  const migrations = await readMigrations(path);
  const file = (name: string) => relative(directory, join(path, name, "migration.sql"));
  return locateIn(migrations.map(({ name, sql }) => ({ file: file(name), text: sql })));
}

async function read(file: string, flag: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `The file ${file} that ${flag} names can't be read.`, { cause: error });
  }
}
