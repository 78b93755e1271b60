import { DatabaseError } from "pg";
import { guardError } from "../sql-errors.js";

/** What is said in place of PostgreSQL's own words, by SQLSTATE. */
const SENTENCES: Readonly<Record<string, string>> = {
  "23505": "A row with these values exists already.",
  "23P01": "A row exists already that rules these values out.",
  "23503": "The row that is referred to doesn't exist, or others still refer to this one.",
  "23001": "Other rows still refer to this one.",
  "23514": "These values are not allowed here.",
};
const ROW_SECURITY = /row-level security/;

/**
 * An error as it may reach a tenant: without names of constraints, without details, in
 * which PostgreSQL shows values of rows, and with fields of the model in their place. Code
 * and class stay, so that Prisma makes of it what it always makes (P2002, P2003 …).
 * @param fieldsOf the fields of a constraint, for those that the client's schema knows
 */
export function tenantError(error: Error, fieldsOf: (constraint: string) => readonly string[] | undefined): Error {
  const guarded = guardError(error);
  if (guarded) return guarded;
  if (!(error instanceof DatabaseError)) return error;
  const { code = "", constraint, severity, column } = error;
  const fields = (constraint && fieldsOf(constraint)) || (column ? [column] : undefined);
  const said = new DatabaseError(sentence(error), 0, "error");
  return Object.assign(said, {
    code,
    severity,
    ...(fields && isForeignKey(code) && { column: fields.join(", ") }),
    // Where Prisma's adapter looks for the fields of a unique key.
    ...(fields && code === "23505" && { detail: `Key (${fields.join(", ")})` }),
  });
}

function isForeignKey(code: string): boolean {
  return code === "23503" || code === "23001";
}

function sentence({ code = "", message }: DatabaseError): string {
  if (code === "42501" && ROW_SECURITY.test(message)) return "This would write a row of another account.";
  return SENTENCES[code] ?? message;
}
