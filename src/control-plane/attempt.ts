import { explainDatabaseError, sqlState } from "../database/sql-errors.js";
import { AzoraError, type ErrorCode } from "../errors.js";
import type { ControlConnection } from "./connection.js";

/** A control-plane action, as admin_audit_log names it. */
export interface Attempt {
  readonly action: string;
  readonly accountId?: string;
  readonly slug?: string;
}

/** Answers of the database that an operator was refused something by. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(["NOT_PERMITTED", "ILLEGAL_STEP", "LEGAL_HOLD", "NEEDS_APPROVAL", "NO_CONSENT"]);

/**
 * Runs a control-plane action. What is done, the database logs in the same transaction;
 * what PostgreSQL refuses leaves no trace there, so it is logged here, afterwards.
 * @throws AzoraError as the action did, NOT_PERMITTED for a refusal
 */
export async function attempt<T>(connection: ControlConnection, what: Attempt, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const explained = explainPrismaError(error, connection.engine.describe("control"));
    if (!(explained instanceof AzoraError) || !REFUSALS.has(explained.code)) throw explained;
    await recordRefusal(connection, what, explained.message).catch(() => undefined);
    // What azora's own functions refuse, they say why; PostgreSQL only names a function.
    if (sqlState(driverErrorIn(error)) !== "42501") throw explained;
    throw new AzoraError("NOT_PERMITTED", `Your role may not do this (${what.action}): PostgreSQL refused it.`, {
      hint: "Ask an operator whose role allows it.",
      cause: error,
    });
  }
}

async function recordRefusal(
  { client, request }: ControlConnection,
  { action, accountId, slug }: Attempt,
  message: string,
): Promise<void> {
  await client.$transaction([
    client.$queryRaw`SELECT FROM control.begin_request(${request.id}, ${request.command})`,
    client.$queryRaw`SELECT FROM control.record_attempt(
      ${action}, 'refused'::control.admin_outcome, ${accountId ?? null}::uuid, ${slug ?? null}, ${message})`,
  ]);
}

/** What a Prisma error has to say, as a domain error where there is one. */
export function explainPrismaError(error: unknown, where: string): Error {
  return explainDatabaseError(driverErrorIn(error), where);
}

/** Prisma keeps the driver's own error, with its SQLSTATE, some levels down. */
function driverErrorIn(error: unknown): unknown {
  const { code, meta, cause } = error as { code?: string; meta?: { driverAdapterError?: unknown }; cause?: unknown };
  if (error instanceof AzoraError) return error;
  if (meta?.driverAdapterError) return driverErrorIn(meta.driverAdapterError);
  const inner = cause as { originalCode?: string; originalMessage?: string; hint?: string; kind?: string } | undefined;
  if (inner?.originalCode) return { ...inner, code: inner.originalCode, message: inner.originalMessage };
  if (code === "P2028") return { code: "ETIMEDOUT", message: "no connection was free, or it was lost" };
  if (inner?.kind === "DatabaseNotReachable") return { code: "ECONNREFUSED", message: "not reachable" };
  return error;
}
