/**
 * Every error that azora raises on purpose. One class, one table from code to exit code;
 * the sentence a user reads is written where the error is raised, beside its code.
 */

/** Process exit codes, as `azora help exit-codes` lists them. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  notPermitted: 4,
  conflict: 5,
  needsInput: 6,
  timedOut: 7,
  unavailable: 8,
  violations: 9,
  interrupted: 130,
} as const;

const EXIT_BY_CODE = {
  FAILURE: EXIT.failure,
  UNDECIDED: EXIT.failure,
  INCOMPLETE: EXIT.failure,
  USAGE: EXIT.usage,
  INVALID_INPUT: EXIT.usage,
  NOT_CONFIGURED: EXIT.usage,
  CONFIG_INVALID: EXIT.usage,
  NOT_FOUND: EXIT.notFound,
  NOT_PERMITTED: EXIT.notPermitted,
  PERMISSION_DENIED: EXIT.notPermitted,
  NO_CONSENT: EXIT.notPermitted,
  BILLING_NOT_CONFIGURED: EXIT.notPermitted,
  AUTHENTICATION_FAILED: EXIT.notPermitted,
  CONTEXT_INVALID: EXIT.notPermitted,
  CONTEXT_EXPIRED: EXIT.notPermitted,
  ACCOUNT_SUSPENDED: EXIT.notPermitted,
  ACCOUNT_READ_ONLY: EXIT.notPermitted,
  ACCOUNT_NOT_READY: EXIT.notPermitted,
  ACCOUNT_GONE: EXIT.notFound,
  CONFLICT: EXIT.conflict,
  ALREADY_EXISTS: EXIT.conflict,
  LOCKED: EXIT.conflict,
  ILLEGAL_STEP: EXIT.conflict,
  LAST_OWNER: EXIT.conflict,
  LEGAL_HOLD: EXIT.conflict,
  NOT_MIGRATED: EXIT.conflict,
  DATABASE_NEWER: EXIT.conflict,
  NEEDS_CONFIRMATION: EXIT.needsInput,
  NEEDS_INPUT: EXIT.needsInput,
  NEEDS_APPROVAL: EXIT.needsInput,
  TIMED_OUT: EXIT.timedOut,
  UNREACHABLE: EXIT.unavailable,
  VIOLATIONS: EXIT.violations,
  INTERRUPTED: EXIT.interrupted,
} as const;

/** The stable, documented name of an error. */
export type ErrorCode = keyof typeof EXIT_BY_CODE;

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(EXIT_BY_CODE, code);
}

export interface ErrorDetails {
  /** What to do next, one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** What happened, under a stable code, with the next step. Never carries a secret. */
export class AzoraError extends Error {
  override readonly name = "AzoraError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, { hint, cause }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }

  /** The process exit code that belongs to this error. */
  get exit(): number {
    return EXIT_BY_CODE[this.code];
  }
}
