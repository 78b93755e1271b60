import { CheckFailed, describeFailure, hidePasswords } from "./failure.js";
import type { Io } from "./io.js";
import { toJson } from "./json.js";

/**
 * Says what went wrong: a document on stdout with `--json`, lines on stderr without.
 * @returns the exit code, the same either way
 */
export function reportFailure({ out, err }: Io, error: unknown, asJson: boolean): number {
  const failure = describeFailure(error);
  if (asJson) {
    const result = error instanceof CheckFailed ? { result: error.result } : {};
    out.write(toJson({ ok: false, error: failure, ...result }));
  } else {
    err.write(`${err.colour.red.bold("Error")} ${err.colour.dim(`[${failure.code}]`)} ${failure.message}`);
    if (failure.hint) err.write(`  ${err.colour.cyan("→")} ${failure.hint}`);
  }
  if (process.env.DEBUG) err.write(hidePasswords(stackOf(error)));
  return failure.exit;
}

/** The stacks of an error and of what caused it, and nothing else that hangs on them. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\nCaused by: ${stackOf(error.cause)}`;
}
