import { AzoraError, type ErrorCode } from "../errors.js";

/** The part of a driver's error that azora reads. */
interface DriverError {
  readonly code?: unknown;
  readonly message?: unknown;
}

/** SQLSTATEs that guard.* raises, see the migration `guard`. */
const GUARD_STATES: Record<string, { code: ErrorCode; hint?: string }> = {
  AZ001: { code: "CONTEXT_INVALID", hint: "Check that AZORA_CONTEXT_KEY belongs to this database." },
  AZ002: { code: "CONTEXT_EXPIRED", hint: "Check the clocks of this machine and of the database." },
  AZ003: { code: "ACCOUNT_SUSPENDED", hint: "An operator can resume it, or suspend it with --read-only to leave it readable." },
  AZ004: { code: "ACCOUNT_READ_ONLY", hint: "An operator can resume it." },
  AZ005: { code: "ACCOUNT_GONE" },
  AZ006: { code: "NOT_PERMITTED" },
  AZ007: { code: "ILLEGAL_STEP" },
  AZ008: { code: "LEGAL_HOLD", hint: "`azora tenant:release` ends the hold." },
  AZ009: { code: "NEEDS_APPROVAL" },
  AZ010: { code: "NOT_FOUND" },
  AZ011: { code: "ALREADY_EXISTS" },
  AZ012: { code: "CONFLICT" },
  AZ013: { code: "INVALID_INPUT" },
  AZ014: { code: "ACCOUNT_NOT_READY" },
  AZ020: { code: "PERMISSION_DENIED", hint: "`azora access:check USER PERMISSION --explain` says which role would give it." },
  AZ021: { code: "LAST_OWNER", hint: "Give another user the role owner first: `azora access:assign USER owner`." },
  AZ022: {
    code: "NO_CONSENT",
    hint: "Somebody of the tenant opens a window for you: `azora support:grant`; `azora support:list` shows those that are open.",
  },
};

const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "ETIMEDOUT",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENOENT",
  "EAI_AGAIN",
  "EPIPE",
]);
const SERVER_NOT_READY = new Set(["57P01", "57P02", "57P03", "53300", "08006", "08001", "08000"]);

/** The SQLSTATE of a PostgreSQL error, or undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  const { code } = (error ?? {}) as DriverError;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** The next step that belongs to a code, for errors that lost theirs on the way through Prisma. */
export function hintFor(code: ErrorCode): string | undefined {
  return Object.values(GUARD_STATES).find((known) => known.code === code)?.hint;
}

/** An error that guard.* raised, as a domain error; undefined for any other error. */
export function guardError(error: unknown): AzoraError | undefined {
  const known = GUARD_STATES[sqlState(error) ?? ""];
  if (!known) return undefined;
  const hint = (error as { hint?: string }).hint ?? known.hint;
  return new AzoraError(known.code, String((error as DriverError).message), hint ? { hint } : {});
}

/**
 * What went wrong with a connection or a statement, said for the person at the terminal.
 * @param where the database as it may be shown, without a password
 */
export function explainDatabaseError(error: unknown, where: string): Error {
  if (error instanceof AzoraError) return error;
  const guarded = guardError(error);
  if (guarded) return guarded;
  const state = sqlState(error);
  const message = String((error as DriverError)?.message ?? error);
  const socket = String((error as DriverError)?.code ?? "");
  if (state === "28P01" || state === "28000") {
    return new AzoraError("AUTHENTICATION_FAILED", `The database refused the login of ${where}.`, {
      hint: "Check the user and the password in that connection string.",
      cause: error,
    });
  }
  if (state === "3D000") {
    return new AzoraError("NOT_FOUND", `The database of ${where} does not exist.`, {
      hint: "Create it (CREATE DATABASE …) or correct the connection string.",
      cause: error,
    });
  }
  if (
    UNREACHABLE.has(socket) ||
    (state && SERVER_NOT_READY.has(state)) ||
    /timeout|Connection terminated|not queryable/i.test(message)
  ) {
    return new AzoraError("UNREACHABLE", `The database at ${where} can't be reached (${socket || state || "no answer"}).`, {
      hint: "Start it, or correct the connection string; then run the same command again.",
      cause: error,
    });
  }
  if (state === "42P01" || state === "3F000" || state === "42883") {
    return new AzoraError("NOT_MIGRATED", `The database at ${where} lacks azora's schema.`, {
      hint: "Run `azora db:migrate` with the owner's connection string.",
      cause: error,
    });
  }
  if (state === "40001" || state === "40P01") {
    return new AzoraError("CONFLICT", "Somebody else was changing the same at that moment; nothing was changed.", {
      hint: "Run the same command again.",
      cause: error,
    });
  }
  if (state === "53100") {
    return new AzoraError("FAILURE", `The disk of the database at ${where} is full; nothing was changed.`, {
      hint: "Make room there, then run the same command again.",
      cause: error,
    });
  }
  if (state === "42501") {
    return new AzoraError("NOT_PERMITTED", `PostgreSQL refused this to the login of ${where}: ${message}.`, { cause: error });
  }
  return error instanceof Error ? error : new Error(message);
}
