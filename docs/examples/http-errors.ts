import { AzoraError, type ErrorCode } from "azora";

const STATUS: Partial<Record<ErrorCode, number>> = {
  ACCOUNT_SUSPENDED: 403,
  ACCOUNT_READ_ONLY: 423,
  ACCOUNT_NOT_READY: 503,
  ACCOUNT_GONE: 410,
  PERMISSION_DENIED: 403,
  UNREACHABLE: 503,
};

/** Prisma's codes: no such row (or another tenant's), a value that is taken, a conflict worth another try. */
const STATUS_OF_PRISMA: Readonly<Record<string, number>> = { P2025: 404, P2002: 409, P2034: 503 };

export interface HttpAnswer {
  readonly status: number;
  readonly body: { readonly error: string };
}

/** What a client is told of an error: a code, and nothing of its text. Everything else is ours to mend, and 500. */
export function answerTo(error: unknown): HttpAnswer {
  const { code } = error as { code?: string };
  const status = error instanceof AzoraError ? STATUS[error.code] : STATUS_OF_PRISMA[code ?? ""];
  return status ? { status, body: { error: code ?? "FAILURE" } } : { status: 500, body: { error: "FAILURE" } };
}
