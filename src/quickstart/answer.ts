import { AzoraError } from "../errors.js";

/** What came back instead of rows: a code to compare and the words to show. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

interface DriverCause {
  readonly originalCode?: string;
  readonly originalMessage?: string;
}

interface AnyError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly meta?: { readonly driverAdapterError?: { readonly cause?: DriverCause } };
  readonly cause?: unknown;
}

/** Reads a refusal out of an error of azora, of `pg` or of Prisma, which wraps PostgreSQL's own. */
export function refusalIn(error: unknown): Refusal {
  if (error instanceof AzoraError) return { code: error.code, message: error.message };
  const { code, message, meta, cause } = (error ?? {}) as AnyError;
  const driver = meta?.driverAdapterError?.cause ?? (cause as DriverCause | undefined);
  if (driver?.originalCode) return { code: driver.originalCode, message: driver.originalMessage ?? "" };
  return { code: typeof code === "string" ? code : "unknown", message: lastSentence(String(message ?? error)) };
}

/** Prisma puts the call and its source line in front of what went wrong. */
function lastSentence(message: string): string {
  return message.trim().split("\n").at(-1) ?? message;
}
