import type { Pool } from "pg";
import { readRolesSql } from "../../database/migrate/history.js";
import { findProgram, type Program, requireNotOlder, writeInto } from "../../database/programs.js";
import { AzoraError } from "../../errors.js";
import { serverVersion } from "../server-version.js";
import type { OpenedBackup } from "./archive.js";
import type { Manifest } from "./manifest.js";
import { DUMP } from "./take-backup.js";

/** Anything that isn't PostgreSQL's own: what makes a database not empty. */
const CONTENTS = `
  SELECT 'schema ' || n.nspname AS name FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('public', 'information_schema')
  UNION ALL SELECT 'table ' || c.oid::regclass FROM pg_class c WHERE c.relnamespace = to_regnamespace('public') AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  LIMIT 1`;

/** @throws AzoraError CONFLICT for a database with something in it */
export async function requireEmpty(owner: Pool, database: string): Promise<void> {
  const { rows } = await owner.query<{ name: string }>(CONTENTS);
  if (rows.length === 0) return;
  throw new AzoraError("CONFLICT", `The database ${database} is not empty: it has ${rows[0]?.name}.`, {
    hint: "Restore into a new one: --into NAME.",
  });
}

/**
 * What a server has to have before anything is restored into it.
 * @returns the program that restores
 * @throws AzoraError CONFLICT (older server, roles that are missing, older pg_restore), NOT_CONFIGURED (no pg_restore)
 */
export async function requireRestorable(owner: Pool, manifest: Manifest, pgBin: string | undefined): Promise<Program> {
  const version = await serverVersion(owner);
  if (version < manifest.server) {
    throw new AzoraError("CONFLICT", `The backup is of PostgreSQL ${manifest.server}, and this server is ${version}.`, {
      hint: "Restore it on a server that is not older.",
    });
  }
  const { rows } = await owner.query<{ name: string }>(
    "SELECT name FROM unnest($1::text[]) name WHERE NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = name)",
    [manifest.roles],
  );
  if (rows.length > 0) {
    throw new AzoraError(
      "CONFLICT",
      `The backup names roles that this server lacks: ${rows.map(({ name }) => name).join(", ")}.`,
      {
        hint: `Make them first: ${rows.map(({ name }) => `CREATE ROLE ${quote(name)} LOGIN;`).join(" ")}`,
      },
    );
  }
  const program = await findProgram("pg_restore", pgBin);
  requireNotOlder(program, Number(/\(PostgreSQL\) (\d+)/.exec(manifest.program ?? "")?.[1] ?? 0));
  return program;
}

/** @returns false when there is one of that name already */
export async function createDatabase(owner: Pool, name: string): Promise<boolean> {
  const { rowCount } = await owner.query("SELECT FROM pg_database WHERE datname = $1", [name]);
  if (rowCount === 1) return false;
  await owner.query(`CREATE DATABASE ${quote(name)} TEMPLATE template0`);
  // Nobody looks into it while it is being filled.
  await owner.query(`REVOKE ALL ON DATABASE ${quote(name)} FROM PUBLIC`);
  return true;
}

export async function dropDatabase(owner: Pool, name: string): Promise<void> {
  await owner.query(`DROP DATABASE IF EXISTS ${quote(name)} WITH (FORCE)`);
}

/** What there is to grant on a database as a whole: a manifest is somebody's file. */
const PRIVILEGE = /^(CONNECT|CREATE|TEMPORARY)$/;

/**
 * Fills an empty database from a dump, in one transaction; before that the roles are made that it names, and what
 * they may do with the database as a whole, since neither is in a dump.
 * @param url of the database, as its owner
 */
export async function fillDatabase(
  backup: OpenedBackup,
  target: { readonly owner: Pool; readonly url: string; readonly program: Program },
): Promise<void> {
  const { owner, url, program } = target;
  await owner.query(await readRolesSql());
  const { rows } = await owner.query<{ name: string }>("SELECT current_database()::text AS name");
  for (const { role, privilege } of backup.manifest.grants) {
    if (!PRIVILEGE.test(privilege)) continue;
    await owner.query(`GRANT ${privilege} ON DATABASE ${quote(rows[0]?.name ?? "")} TO ${quote(role)}`);
  }
  await writeInto(program, url, ["--single-transaction", "--exit-on-error"], backup.read(DUMP));
}

/** The same server, another database. */
export function inDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${encodeURIComponent(name)}`;
  return parsed.toString();
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
