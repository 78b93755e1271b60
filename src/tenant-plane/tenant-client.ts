import type { Prisma, PrismaClient } from "../generated/tenant/client.js";

/**
 * The types of a tenant client: Prisma's own, less the account. Nothing takes an account
 * (not create, not where, not connect); unique keys are written without it; it can be
 * read like any other column.
 */

type ModelName = keyof Prisma.TypeMap["model"];
type Model<M extends ModelName> = Prisma.TypeMap["model"][M];
type Operation<M extends ModelName> = keyof Model<M>["operations"];
type OperationArgs<M extends ModelName, O extends Operation<M>> = Model<M>["operations"][O] extends { args: infer A } ? A : never;

type Leaf = string | number | bigint | boolean | symbol | null | undefined | Date | Uint8Array | ((...args: never[]) => unknown);
type Exact<A, W> = import("@prisma/client/runtime/client").Types.Public.Exact<A, W>;
type Decimal = import("@prisma/client/runtime/client").Decimal;

/** Keys that Prisma makes for a unique key which starts with the account. */
type AccountKeyOf<T> = Extract<keyof T, `accountId_${string}`>;
type WithoutAccount<K> = K extends `accountId_${infer Rest}` ? Rest : never;

type JsonArray = import("@prisma/client/runtime/client").InputJsonArray;

/**
 * An input, less the account at every depth. JSON stops it: an object with any key, an
 * array that holds itself; what an application keeps in there is its own.
 */
export type Scoped<T> = T extends Leaf | Decimal
  ? T
  : T extends readonly (infer Item)[]
    ? [JsonArray] extends [T]
      ? T
      : Scoped<Item>[]
    : string extends keyof T
      ? T
      : [AccountKeyOf<T>] extends [never]
        ? ScopedFields<T>
        : ScopedFields<T> & UniqueWhere<T>;

type ScopedFields<T> = {
  [K in keyof T as K extends "accountId" | "account" | `accountId_${string}` ? never : K]: K extends "select" | "include"
    ? ScopedSelection<T[K]>
    : K extends "omit" | "orderBy" | "distinct" | "by"
      ? T[K]
      : Scoped<T[K]>;
};

/** What is read may be anything, the account included; only the arguments of relations are inputs. */
type ScopedSelection<S> = S extends Leaf
  ? S
  : { [K in keyof S]: S[K] extends Leaf ? S[K] : Extract<S[K], Leaf> | Scoped<Exclude<S[K], Leaf>> };

/** At least one of the unique keys, written without the account. */
type UniqueWhere<T> = {
  [R in WithoutAccount<AccountKeyOf<T>>]: {
    [K in R]: K extends keyof T ? Extract<T[K], string | number | bigint | boolean | Date> : CompoundRest<T, `accountId_${R}`>;
  };
}[WithoutAccount<AccountKeyOf<T>>];

type CompoundRest<T, K> = K extends keyof T ? Omit<NonNullable<T[K]>, "accountId"> : never;

type Result<M extends ModelName, A, O extends Operation<M>> = import("@prisma/client/runtime/client").Types.Result.GetResult<
  Model<M>["payload"],
  A,
  O & import("@prisma/client/runtime/client").Types.Public.Operation,
  Record<string, never>
>;

type TenantMethod<M extends ModelName, O extends Operation<M>> =
  Record<never, never> extends OperationArgs<M, O>
    ? <A extends Scoped<OperationArgs<M, O>>>(
        args?: Exact<A, Scoped<OperationArgs<M, O>>>,
      ) => Prisma.PrismaPromise<Result<M, A, O>>
    : <A extends Scoped<OperationArgs<M, O>>>(
        args: Exact<A, Scoped<OperationArgs<M, O>>>,
      ) => Prisma.PrismaPromise<Result<M, A, O>>;

type TenantModels = {
  [M in ModelName as Uncapitalize<M>]: { [O in Operation<M>]: TenantMethod<M, O> };
};

/** The client inside an interactive transaction. */
export type TenantTransaction = TenantModels &
  Pick<PrismaClient, "$queryRaw" | "$queryRawUnsafe" | "$executeRaw" | "$executeRawUnsafe">;

type TransactionOptions = { maxWait?: number; timeout?: number; isolationLevel?: Prisma.TransactionIsolationLevel };

/** A Prisma client for one tenant and one actor: see tenantDb(). */
export type TenantClient = TenantTransaction &
  Pick<PrismaClient, "$connect" | "$disconnect" | "$extends"> & {
    $transaction<P extends Prisma.PrismaPromise<unknown>[]>(
      queries: [...P],
      options?: Pick<TransactionOptions, "isolationLevel">,
    ): Promise<{ [I in keyof P]: Awaited<P[I]> }>;
    $transaction<R>(run: (tx: TenantTransaction) => Promise<R>, options?: TransactionOptions): Promise<R>;
  };
