/**
 * Programs as data: what each tenant does in a run, step by step. They are pure, so that
 * the same one can be run in company and alone, shrunk, replayed from a seed and printed.
 */

/** A call of a model's method. */
export interface ModelCall {
  readonly kind: "call";
  readonly model: string;
  readonly method: string;
  readonly args: object;
}

/** A statement in SQL, through one of Prisma's four doors. */
export interface RawSql {
  readonly kind: "raw";
  readonly door: "$queryRaw" | "$executeRaw" | "$queryRawUnsafe" | "$executeRawUnsafe";
  readonly sql: string;
  readonly values: readonly unknown[];
  /** The answer depends on clocks, plans or sessions: only whether it came, and whose words are in it, counts. */
  readonly opaque?: boolean;
}

export type Operation = ModelCall | RawSql;

export type Isolation = "ReadCommitted" | "RepeatableRead";

/** What one actor does, with a client of its own. */
export type Step =
  | { readonly kind: "single"; readonly operation: Operation }
  | { readonly kind: "batch"; readonly operations: readonly Operation[]; readonly isolation: Isolation }
  | {
      readonly kind: "interactive";
      readonly operations: readonly Operation[];
      readonly isolation: Isolation;
      /** `kill`: the server ends the session before the transaction ends. */
      readonly end: "commit" | "throw" | "timeout" | "kill";
      /** Whether the caller goes on after an operation that failed. */
      readonly swallow: boolean;
    }
  /** Reads sent in one tick, by one client or each by its own. */
  | { readonly kind: "tick"; readonly operations: readonly ModelCall[]; readonly oneClient: boolean }
  /** A statement whose session the server ends while it runs. */
  | { readonly kind: "killed"; readonly write: boolean }
  /** The operator suspends the account, the tenant works on, the operator resumes it. */
  | { readonly kind: "suspended"; readonly readOnly: boolean; readonly operations: readonly Operation[] };

/** How the tenants' steps meet: as they come, the n-th steps in one tick, or one after the other. */
export type Schedule = "free" | "lockstep" | "turns";

/** Whether tenants give their rows the same ids, or each its own. */
export type Ids = "shared" | "apart";

export interface Program {
  readonly ids: Ids;
  readonly schedule: Schedule;
  /** By tenant: its steps. */
  readonly tenants: readonly (readonly Step[])[];
}

/** The operations of a step. */
export function operationsOf(step: Step): readonly Operation[] {
  if (step.kind === "single") return [step.operation];
  return step.kind === "killed" ? [] : step.operations;
}

/** How many operations a program has. */
export function sizeOf({ tenants }: Program): number {
  return tenants.flat().reduce((total, step) => total + Math.max(1, operationsOf(step).length), 0);
}

/** The word that is in every text that a tenant writes, and in nobody else's. */
export function markerOf(tenant: number): string {
  return `TENANT${"ABC"[tenant]}WORD`;
}

/** The account of a tenant, the same in every run. */
export function accountOf(tenant: number): string {
  return "########-####-4###-8###-############".replaceAll("#", "abc"[tenant] as string);
}

/** Whose row an id belongs to. A shared one is in every tenant, on a row of its own. */
export type IdOwner = "shared" | number;

/** The id of a row, the same in every run. */
export function idOf(model: number, owner: IdOwner, at: number): string {
  const digit = owner === "shared" ? "5" : "abc"[owner];
  return `0000000${model.toString(16)}-000${digit}-4000-8000-00000000000${at}`;
}

/** Ids that are the same in every run: of rows and of accounts. */
export const KNOWN_ID = /^(0000000[0-9a-f]-000[5abc]-4000-8000-00000000000\d|([abc])\2{7}-\2{4}-4\2{3}-8\2{3}-\2{12})$/;

/** Ids that only another tenant's rows have, and the accounts of others. */
export function foreignIds(tenant: number): RegExp {
  const others = ["a", "b", "c"].filter((_, at) => at !== tenant).join("");
  return new RegExp(`0000000[0-9a-f]-000[${others}]-4000-8000-00000000000\\d|[${others}]{8}-[${others}]{4}-4[${others}]{3}-`);
}
