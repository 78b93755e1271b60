import type { Pool } from "pg";
import type { Config } from "../config.js";
import type { Login } from "../database/engine.js";
import { explainDatabaseError } from "../database/sql-errors.js";
import { AzoraError } from "../errors.js";
import { openEngine } from "./open.js";

interface Question<T> {
  readonly login: Login;
  /** Milliseconds; what has no answer by then gets none. */
  readonly limit: number;
  /** Statements one after the other: they share one connection. */
  readonly ask: (pool: Pool) => Promise<T>;
}

/**
 * Asks the database something that nobody wants to wait for.
 * @throws AzoraError UNREACHABLE (also when it took too long), AUTHENTICATION_FAILED, LOCKED, and what else PostgreSQL says, explained
 */
export async function askBriefly<T>(config: Config, { login, limit, ask }: Question<T>): Promise<T> {
  const engine = openEngine(config, limit);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate(engine.describe(login), limit)), limit);
  });
  const asked = engine.pool(login).then(ask);
  try {
    return await Promise.race([asked, late]);
  } catch (error) {
    throw explainDatabaseError(error, engine.describe(login));
  } finally {
    clearTimeout(timer);
    // Who doesn't answer doesn't take leave either.
    const closed = asked.catch(() => undefined).then(() => engine.close());
    await Promise.race([closed.catch(() => undefined), late.catch(() => undefined)]);
  }
}

function tooLate(where: string, limit: number): AzoraError {
  return new AzoraError("UNREACHABLE", `The database at ${where} didn't answer within ${limit / 1000} s.`, {
    hint: "Try again, or see with `azora doctor` what it waits for.",
  });
}
