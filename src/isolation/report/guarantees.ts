/** What tenantDb() promises, what keeps the promise, and where it is tried. */
export interface Guarantee {
  readonly promise: string;
  readonly kept: string;
  readonly shown: string;
}

/** Of the helper that applications use. The database holds without it: these are about using it without a mistake. */
export const GUARANTEES: readonly Guarantee[] = [
  {
    promise: "Every statement carries its context: standalone, batch and interactive transactions, nested writes, raw SQL.",
    kept: "The driver adapter sends context and statement before one Sync: one implicit transaction, nothing stays on the connection.",
    shown: "test/database/round-trips.test.ts, test/database/pgbouncer.test.ts",
  },
  {
    promise: "A context can't be forged by SQL that is injected.",
    kept: "The token is signed (HMAC-SHA-256) with a key that only the owner can read, and expires; guard.current_account() checks it.",
    shown: "test/attack/contexts.test.ts",
  },
  {
    promise: "Two tenants never share a client, so Prisma can't merge their queries.",
    kept: "A client belongs to one account and one actor for life; what they share has no tenant in it.",
    shown: "test/database/lanes.test.ts",
  },
  {
    promise: "The account is no input: it can't be passed, and so not be passed wrongly.",
    kept: "The types leave it out, arguments that name it are refused, and the column's default is the context's account.",
    shown: "test/types/tenant-client.ts, test/unit/scope-args.test.ts",
  },
  {
    promise: "A pooled connection keeps nothing of the tenant before.",
    kept: "The context is local to its transaction; what raw SQL leaves behind is wiped in the same batch.",
    shown: "test/attack/session.test.ts",
  },
  {
    promise: "Errors tell nothing of other tenants' rows or of constraints' names.",
    kept: "Errors of the database are mapped by SQLSTATE; a row that isn't there and one of another tenant fail alike.",
    shown: "test/database/errors.test.ts",
  },
  {
    promise: "A suspended tenant is refused from its next statement on.",
    kept: "guard.current_account() looks the account up with the statement's snapshot.",
    shown: "test/database/lifecycle.test.ts",
  },
  {
    promise: "Reads are logged, each with the actor.",
    kept: "The adapter sends the audit line with the statement; writes are logged by triggers.",
    shown: "test/database/audit-reads.test.ts",
  },
];
