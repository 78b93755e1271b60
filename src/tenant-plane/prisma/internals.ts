import type { PrismaAdapter } from "../../database/wire/prisma-adapter.js";
import { AzoraError } from "../../errors.js";
import type { DataModel } from "../scope-args.js";

/**
 * What azora uses of a Prisma client beyond its documented face, all of it named here. A
 * client as such holds a parsed copy of its schema and a query compiler: 2.7 MB and 10 ms
 * for twelve models, too much for each request. So the clients of all tenants share
 * engines (see Lanes), and for that azora has to make engines and to stand between a
 * client and them.
 */
export interface PrismaEngine {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  version(): string;
  request(query: Query, options: RequestOptions): Promise<unknown>;
  requestBatch(queries: readonly unknown[], options: BatchOptions): Promise<unknown>;
  transaction(action: "start" | "commit" | "rollback", headers: unknown, info: TransactionInfo): Promise<TransactionInfo>;
}

/** What a client asks of its engine. */
export interface Query {
  readonly modelName?: string;
  readonly action: string;
  readonly query: unknown;
}

export interface TransactionInfo {
  readonly id?: string;
  /** Of the transaction in which a nested one starts. */
  readonly newTxId?: string;
}

export interface RequestOptions {
  readonly interactiveTransaction?: TransactionInfo;
}

export interface BatchOptions {
  readonly transaction?: { readonly kind: string; readonly options?: TransactionInfo };
}

export interface EngineConfig {
  readonly adapter: PrismaAdapter;
  readonly inlineSchema: string;
  readonly logQueries: boolean;
  readonly logEmitter: Emitter;
  /** Read anew for each statement. */
  readonly sqlCommenters?: readonly ((context: never) => Record<string, string>)[];
  readonly compilerWasm: { getRuntime(): Promise<{ QueryCompiler: new (options: unknown) => QueryCompiler }> };
}

export interface QueryCompiler {
  compile(query: string): unknown;
  compileBatch(batch: string): unknown;
  free(): void;
}

export interface CompilerLoader {
  loadQueryCompiler(config: EngineConfig): Promise<new (options: unknown) => QueryCompiler>;
}

export interface Emitter {
  on(event: string, listener: (event: never) => void): unknown;
  emit(event: string, ...payload: unknown[]): boolean;
}

/** One call of a client's method, after extensions have had it and before it is made a query. */
export interface Call {
  readonly model?: string;
  readonly action: string;
  readonly args?: unknown;
}

export interface ClientInternals {
  readonly _runtimeDataModel: DataModel;
  readonly _engine: PrismaEngine;
  readonly _engineConfig: EngineConfig;
  readonly _requestHandler: object;
  _executeRequest(call: Call): Promise<unknown>;
}

export interface EngineClass {
  new (config: EngineConfig, loader?: CompilerLoader): PrismaEngine;
}

/** A class that `prisma generate` made. */
export type PrismaClientClass<C extends object = object> = new (options: { adapter: PrismaAdapter }) => C;

/**
 * Looks into a client.
 * @throws AzoraError FAILURE when this version of Prisma keeps things elsewhere
 */
export function internalsOf(client: object): ClientInternals {
  const inside = client as Partial<ClientInternals> & { _clientVersion?: string };
  const engine = inside._engine;
  const isAsExpected =
    engine?.name === "ClientEngine" &&
    [engine.request, engine.requestBatch, engine.transaction].every((method) => typeof method === "function") &&
    typeof inside._engineConfig?.compilerWasm?.getRuntime === "function" &&
    inside._requestHandler !== undefined &&
    typeof inside._executeRequest === "function" &&
    inside._runtimeDataModel !== undefined;
  if (isAsExpected) return inside as ClientInternals;
  throw new AzoraError("FAILURE", `azora can't work with this Prisma client (version ${inside._clientVersion ?? "unknown"}).`, {
    hint: "Generate it with Prisma 7 (tried: 7.10) and the provider prisma-client, or update azora.",
  });
}
