import { stripVTControlCharacters } from "node:util";
import { AzoraError, type ErrorCode, EXIT } from "../errors.js";
import { plainLine } from "./text.js";

/** An error as it leaves the process; the whole of what `--json` says about it. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
  readonly exit: number;
}

/** An error that has a result: a check that found something or could not tell, work that was done in part. */
export class CheckFailed extends AzoraError {
  constructor(
    message: string,
    readonly result: object,
    hint?: string,
    code: ErrorCode = "VIOLATIONS",
  ) {
    super(code, message, hint ? { hint } : {});
  }
}

/**
 * What to say about anything that was thrown. Field by field: an error of a library may
 * carry the whole configuration, or a connection string with its password.
 */
export function describeFailure(error: unknown): Failure {
  if (error instanceof AzoraError) {
    const { code, exit, hint } = error;
    return { code, message: safeText(withReason(error)), hint: hint ? safeText(hint) : null, exit };
  }
  return {
    code: "FAILURE",
    message: safeText(`Something went wrong: ${lastLine(error)}`),
    hint: "Set DEBUG=1 and run it again to see where; then report it.",
    exit: EXIT.failure,
  };
}

/** The errors that say little by themselves bring their cause along. */
function withReason({ code, message, cause }: AzoraError): string {
  if (cause === undefined) return message;
  const { code: reason, syscall } = cause as NodeJS.ErrnoException;
  // Of a file that was named, why it can't be read is the half of the error.
  const isOfFile = code === "INVALID_INPUT" && syscall !== undefined;
  if (!isOfFile && !["FAILURE", "CONFIG_INVALID"].includes(code)) return message;
  if (reason && message.includes(reason)) return message;
  return `${message.replace(/\.$/, "")}: ${lastLine(cause).replace(/\.$/, "")}.`;
}

/** Prisma puts the code around a call first and what went wrong last. */
function lastLine(error: unknown): string {
  const text = stripVTControlCharacters(String((error as Error | undefined)?.message ?? error));
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.at(-1)?.trim() ?? "no reason was given";
}

function safeText(text: string): string {
  return plainLine(hidePasswords(text));
}

/** Passwords in connection strings, wherever in a text they stand. */
export function hidePasswords(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s]*@/gi, "$1***@")
    .replace(/([?&\s]password=)[^\s&]+/gi, "$1***")
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, "(private key hidden)");
}
