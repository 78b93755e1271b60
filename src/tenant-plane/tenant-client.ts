import type { Decimal, InputJsonArray, Types } from "@prisma/client/runtime/client";
import type { QueryEvent } from "../database/wire/caller.js";
import type { PrismaClient } from "../generated/tenant/client.js";
import type { RetryOptions } from "./retry.js";

/**
 * The types of a tenant client: those of the Prisma client given, less the account. Nothing
 * takes an account (not create, not where, not connect); unique keys are written without
 * it; it can be read like any other column. `F` is the field that holds it in every model.
 */

/** What a generated client says of its models. */
type TypeMapOf<C> = C extends { $extends: Types.Extensions.ExtendsHook<"extends", infer _Cb, infer _Args, infer TypeMap> }
  ? TypeMap
  : never;
type Models<C> = TypeMapOf<C>["model"];
type Operations<C, M extends keyof Models<C>> = Models<C>[M]["operations"];
type ArgsOf<C, M extends keyof Models<C>, O extends keyof Operations<C, M>> = Operations<C, M>[O] extends { args: infer A }
  ? A
  : never;

type Leaf = string | number | bigint | boolean | symbol | null | undefined | Date | Uint8Array | ((...args: never[]) => unknown);
type Exact<A, W> = Types.Public.Exact<A, W>;

/** Keys that Prisma makes for a unique key which starts with the account. */
type AccountKeyOf<T, F extends string> = Extract<keyof T, `${F}_${string}`>;
type WithoutAccount<K, F extends string> = K extends `${F}_${infer Rest}` ? Rest : never;
/** The relation beside the field: `account` beside `accountId`. */
type AccountRelation<F extends string> = F extends `${infer Name}Id` ? Name : never;

/**
 * An input, less the account at every depth. JSON stops it: an object with any key, an
 * array that holds itself; what an application keeps in there is its own.
 */
export type Scoped<T, F extends string = "accountId"> = T extends Leaf | Decimal
  ? T
  : T extends readonly (infer Item)[]
    ? [InputJsonArray] extends [T]
      ? T
      : Scoped<Item, F>[]
    : string extends keyof T
      ? T
      : [AccountKeyOf<T, F>] extends [never]
        ? ScopedFields<T, F>
        : ScopedFields<T, F> & UniqueWhere<T, F>;

type ScopedFields<T, F extends string> = {
  [K in keyof T as K extends F | AccountRelation<F> | `${F}_${string}` ? never : K]: K extends "select" | "include"
    ? ScopedSelection<T[K], F>
    : K extends "omit" | "orderBy" | "distinct" | "by"
      ? T[K]
      : Scoped<T[K], F>;
};

/** What is read may be anything, the account included; only the arguments of relations are inputs. */
type ScopedSelection<S, F extends string> = S extends Leaf
  ? S
  : { [K in keyof S]: S[K] extends Leaf ? S[K] : Extract<S[K], Leaf> | Scoped<Exclude<S[K], Leaf>, F> };

/** At least one of the unique keys, written without the account. */
type UniqueWhere<T, F extends string> = {
  [R in WithoutAccount<AccountKeyOf<T, F>, F>]: {
    [K in R]: K extends keyof T ? Extract<T[K], string | number | bigint | boolean | Date> : CompoundRest<T, `${F}_${R}`, F>;
  };
}[WithoutAccount<AccountKeyOf<T, F>, F>];

type CompoundRest<T, K, F extends string> = K extends keyof T ? Omit<NonNullable<T[K]>, F> : never;

type ResultOf<C, M extends keyof Models<C>, A, O> = Types.Result.GetResult<
  Models<C>[M]["payload"],
  A,
  O & Types.Public.Operation,
  Record<string, never>
>;

type Method<C, M extends keyof Models<C>, O extends keyof Operations<C, M>, F extends string> =
  Record<never, never> extends ArgsOf<C, M, O>
    ? <A extends Scoped<ArgsOf<C, M, O>, F>>(
        args?: Exact<A, Scoped<ArgsOf<C, M, O>, F>>,
      ) => Types.Public.PrismaPromise<ResultOf<C, M, A, O>>
    : <A extends Scoped<ArgsOf<C, M, O>, F>>(
        args: Exact<A, Scoped<ArgsOf<C, M, O>, F>>,
      ) => Types.Public.PrismaPromise<ResultOf<C, M, A, O>>;

type TenantModels<C, F extends string> = {
  [M in keyof Models<C> as Uncapitalize<M & string>]: { [O in keyof Operations<C, M>]: Method<C, M, O, F> };
};

type RawMethods = "$queryRaw" | "$queryRawUnsafe" | "$executeRaw" | "$executeRawUnsafe";

/** The client inside an interactive transaction. */
export type TenantTransaction<C = PrismaClient, F extends string = "accountId"> = TenantModels<C, F> &
  Pick<C, RawMethods & keyof C> & {
    /** A transaction inside the transaction: PostgreSQL's savepoint. */
    $transaction<R>(run: (tx: TenantTransaction<C, F>) => Promise<R>): Promise<R>;
  };

interface TransactionOptions extends RetryOptions {
  /** Milliseconds to wait for a connection. */
  readonly maxWait?: number;
  /** Milliseconds after which the transaction is rolled back. */
  readonly timeout?: number;
  readonly isolationLevel?: "ReadUncommitted" | "ReadCommitted" | "RepeatableRead" | "Serializable";
}

/** A Prisma client for one tenant and one actor: see openTenantDb(). */
export type TenantClient<C = PrismaClient, F extends string = "accountId"> = TenantModels<C, F> &
  Pick<C, (RawMethods | "$connect" | "$disconnect" | "$extends") & keyof C> & {
    $on(event: "query", listener: (event: QueryEvent) => void): TenantClient<C, F>;
    $on(event: "info" | "warn" | "error", listener: (event: LogEvent) => void): TenantClient<C, F>;
    $transaction<P extends Types.Public.PrismaPromise<unknown>[]>(
      queries: [...P],
      options?: Pick<TransactionOptions, "isolationLevel">,
    ): Promise<{ [I in keyof P]: Awaited<P[I]> }>;
    $transaction<R>(run: (tx: TenantTransaction<C, F>) => Promise<R>, options?: TransactionOptions): Promise<R>;
  };

/** What Prisma tells of itself. */
export interface LogEvent {
  readonly timestamp: Date;
  readonly message: string;
  readonly target: string;
}
