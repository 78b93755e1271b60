import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlQuery,
  type SqlResultSet,
} from "@prisma/driver-adapter-utils";
import type { SchemaEngine } from "@prisma/schema-engine-wasm";
import type { DatabaseError, Pool } from "pg";
import { HISTORY_SCHEMA, HISTORY_TABLE } from "./history-table.js";

/** Node has it; its types live in the DOM library, which nothing else here needs. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

/** A schema file as the engine takes it. */
export interface SchemaFile {
  readonly path: string;
  readonly content: string;
}

/**
 * Prisma's migration engine in this process, over a pool: the same engine that
 * `prisma migrate` runs as a binary, so both read and write the same `_prisma_migrations`.
 * @param schema needed for a diff, not for applying migrations
 */
export async function openSchemaEngine(pool: Pool, schema?: SchemaFile): Promise<SchemaEngine> {
  const Engine = await loadEngine();
  const datamodels: [string, string][] | undefined = schema && [[schema.path, schema.content]];
  const factory = bindMigrationAwareSqlAdapterFactory(new MigrationAdapterFactory(pool));
  return Engine.new({ datamodels }, () => undefined, factory);
}

let loaded: Promise<typeof SchemaEngine> | undefined;

function loadEngine(): Promise<typeof SchemaEngine> {
  loaded ??= instantiate();
  return loaded;
}

/** The package's own entry imports its .wasm as a module, which Node doesn't take without a flag. */
async function instantiate(): Promise<typeof SchemaEngine> {
  // The engine reports its panics to this global; without it a panic hides its reason.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: (text: string) => process.emitWarning(text) } });
  const bindings = await import("@prisma/schema-engine-wasm/schema_engine_bg");
  const entry = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm");
  const bytes = await readFile(new URL("schema_engine_bg.wasm", `file://${entry}`));
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": bindings });
  const glue = bindings as unknown as { __wbg_set_wasm(exports: object): void };
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return bindings.SchemaEngine as unknown as typeof SchemaEngine;
}

/** adapter-pg with the two mends that migrations need. */
class MigrationAdapterFactory extends PrismaPg {
  constructor(private readonly pool: Pool) {
    // Where the engine looks whether its table exists: left out, that is an application's schema.
    super(pool, { schema: HISTORY_SCHEMA });
  }

  override async connect(): Promise<Awaited<ReturnType<PrismaPg["connect"]>>> {
    const known = new Set(this.pool.listeners("error"));
    const adapter = await super.connect();
    // PrismaPg listens to the pool until it is disposed of, and the engine never does that.
    for (const listener of this.pool.listeners("error")) {
      if (!known.has(listener)) this.pool.removeListener("error", listener as () => void);
    }
    return Object.assign(adapter, {
      executeScript: (script: string) => runScript(this.pool, script),
      queryRaw: tolerateInternalChar(adapter),
    });
  }
}

/**
 * Added to a migration, so that it is recorded in the transaction that makes it: Prisma
 * records it afterwards, and a process killed in between would leave it done and called
 * failed. Like this an unfinished record means that nothing of the migration is there.
 */
const RECORD = `
;DO $$ BEGIN
  IF to_regclass('${HISTORY_TABLE}') IS NOT NULL THEN
    UPDATE ${HISTORY_TABLE} SET finished_at = clock_timestamp() WHERE finished_at IS NULL AND rolled_back_at IS NULL;
  END IF;
END $$;`;

/** adapter-pg splits a script at every `;`, function bodies included. One message is also one transaction. */
async function runScript(pool: Pool, script: string): Promise<void> {
  try {
    await pool.query(`${script}${RECORD}`);
  } catch (error) {
    const { code = "XX000", message, severity = "ERROR", detail, column, hint } = error as DatabaseError;
    throw new DriverAdapterError({ kind: "postgres", code, message, severity, detail, column, hint });
  }
}

/** The catalog has columns of type "char" (oid 18), which adapter-pg doesn't know; asked for as text it does. */
function tolerateInternalChar(adapter: SqlDriverAdapter): (query: SqlQuery) => Promise<SqlResultSet> {
  const original = adapter.queryRaw.bind(adapter);
  return async (query) => {
    try {
      return await original(query);
    } catch (error) {
      if ((error as { cause?: { kind?: string } }).cause?.kind !== "UnsupportedNativeDataType") throw error;
      return queryWithChar(adapter, query);
    }
  };
}

const OID_TO_TYPE: Record<number, SqlResultSet["columnTypes"][number]> = {
  16: ColumnTypeEnum.Boolean,
  18: ColumnTypeEnum.Character,
  19: ColumnTypeEnum.Text,
  20: ColumnTypeEnum.Int64,
  21: ColumnTypeEnum.Int32,
  23: ColumnTypeEnum.Int32,
  25: ColumnTypeEnum.Text,
  26: ColumnTypeEnum.Int64,
  1009: ColumnTypeEnum.TextArray,
  1043: ColumnTypeEnum.Text,
};

async function queryWithChar(adapter: SqlDriverAdapter, query: SqlQuery): Promise<SqlResultSet> {
  const { underlyingDriver } = adapter as unknown as { underlyingDriver(): Pool };
  const { fields, rows } = await underlyingDriver.call(adapter).query({ text: query.sql, values: query.args, rowMode: "array" });
  return {
    columnNames: fields.map(({ name }) => name),
    columnTypes: fields.map(({ dataTypeID }) => OID_TO_TYPE[dataTypeID] ?? ColumnTypeEnum.Text),
    rows: rows as unknown[][],
  };
}
