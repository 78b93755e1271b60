import { describeFailure } from "../../src/cli/failure.js";
import { AzoraError, EXIT } from "../../src/errors.js";

/** Far longer than anything small takes on a busy machine; what never ends is ended by the test's own limit. */
const LONGEST_MS = 10_000;

const CONTROL = /(?![\n\t])\p{Cc}/u;

/**
 * Runs something on input that may be anything. It may succeed; what it throws has to be an error that azora raises on
 * purpose, and not the one for what azora itself couldn't do.
 * @throws Error saying what was wrong with how it ended
 */
export async function judged(work: () => unknown): Promise<void> {
  const before = performance.now();
  try {
    await work();
  } catch (error) {
    const fault = faultIn(error);
    if (fault) throw new Error(fault, { cause: error });
  }
  const took = performance.now() - before;
  if (took > LONGEST_MS) throw new Error(`it took ${took.toFixed(0)} ms`);
  if ("polluted" in {}) throw new Error("every object has got a property");
}

/** @returns undefined for an error that may leave azora on bad input */
export function faultIn(error: unknown): string | undefined {
  if (!(error instanceof AzoraError)) return `no error of azora's: ${String((error as Error)?.stack ?? error)}`;
  const { code, exit, message, hint } = describeFailure(error);
  if (exit === EXIT.failure) return `${code}: bad input is no failure of azora's: ${message}`;
  if (CONTROL.test(message) || CONTROL.test(hint ?? ""))
    return `a control character reaches the terminal: ${JSON.stringify(message)}`;
  if (/hunter2/.test(message)) return `a password is shown: ${message}`;
  return undefined;
}
