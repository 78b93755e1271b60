import type { Pool } from "pg";
import { readSchemaFile } from "./history.js";
import { openSchemaEngine, type SchemaFile } from "./schema-engine.js";

/** How the database differs from one schema file. */
export interface Drift {
  readonly schema: "control" | "tenant";
  /** The SQL that would make the database equal to the file; empty when it is. */
  readonly sql: string;
}

/** Compares the live database with the schema files: tables, columns, keys, indexes, enums. */
export async function findDrift(pool: Pool): Promise<Drift[]> {
  const control = await readSchemaFile("control");
  const tenant = await readSchemaFile("tenant");
  return [
    { schema: "control", sql: await diff(pool, control, []) },
    // control.prisma owns the accounts table; tenant.prisma only names it.
    { schema: "tenant", sql: await diff(pool, tenant, await controlTables(pool)) },
  ];
}

async function diff(pool: Pool, file: SchemaFile, externalTables: string[]): Promise<string> {
  const engine = await openSchemaEngine(pool, file);
  const configDir = file.path.slice(0, file.path.lastIndexOf("/"));
  const { stdout } = await engine.diff({
    from: { tag: "schemaDatasource", files: [file], configDir },
    to: { tag: "schemaDatamodel", files: [file] },
    script: true,
    exitCode: null,
    filters: { externalTables, externalEnums: await controlEnums(pool, externalTables) },
  });
  const sql = (stdout ?? "").trim();
  return sql === "-- This is an empty migration." ? "" : sql;
}

async function controlTables(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query("SELECT tablename FROM pg_tables WHERE schemaname = 'control'");
  return rows.map((row) => `control.${row.tablename}`);
}

async function controlEnums(pool: Pool, externalTables: string[]): Promise<string[]> {
  if (externalTables.length === 0) return [];
  const { rows } = await pool.query("SELECT typname FROM pg_type WHERE typtype = 'e' AND typnamespace = 'control'::regnamespace");
  return rows.map((row) => `control.${row.typname}`);
}
