import type { ScriptFailure } from "../../database/embedded/throwaway.js";
import { type SqlStatement, splitStatements } from "../../database/migrate/sql-statements.js";
import { AzoraError } from "../../errors.js";
import type { MigrationFile } from "./migration-files.js";

const EXCERPT = 300;

/** What stopped a migration, for the person who wrote it. */
export function migrationFailed({ path, sql }: MigrationFile, failure: ScriptFailure): AzoraError {
  const statement = statementAt(sql, failure);
  const where = statement ? `${path}:${statement.line}` : path;
  const detail = failure.detail === undefined ? "" : ` ${failure.detail}`;
  const text = statement ? `\n  ${shortened(statement.text)}` : "";
  return new AzoraError("INVALID_INPUT", `${where} can't be applied: ${failure.message} (${failure.code}).${detail}${text}`, {
    hint: hintFor(failure),
  });
}

/**
 * Refuses what would wait for ever: rows that psql sends behind the statement, where nobody sends any.
 * @throws AzoraError INVALID_INPUT naming the first COPY … FROM STDIN
 */
export function refuseCopy({ path, sql }: MigrationFile): void {
  const copy = splitStatements(sql).find(({ text }) => /^copy\b[^;]*\bfrom\s+stdin\b/i.test(text));
  if (!copy) return;
  throw new AzoraError(
    "INVALID_INPUT",
    `${path}:${copy.line} can't be applied: it wants rows from psql.\n  ${shortened(copy.text)}`,
    {
      hint: "Leave the rows out: only the schema is looked at.",
    },
  );
}

/** By the place that PostgreSQL names, which a syntax error has, else by how many statements it had done. */
function statementAt(sql: string, { position, completed, code }: ScriptFailure): SqlStatement | undefined {
  const statements = splitStatements(sql);
  // PostgreSQL parses the whole text first, so a syntax error in it comes before the first statement is done.
  if (position === undefined || code !== "42601") return statements[completed];
  const line = [...sql].slice(0, position - 1).filter((character) => character === "\n").length + 1;
  return statements.findLast((statement) => statement.line <= line);
}

function hintFor({ code, message, hint }: ScriptFailure): string {
  if (code === "0A000" && message.startsWith("extension ")) {
    return "The embedded database lacks that extension. Apply the migrations to a PostgreSQL server that has it and check there.";
  }
  if (code === "42704" && message.startsWith("role ")) {
    return "Make the role in a migration, or name it in the configuration's roles.";
  }
  if (code === "25001") return "Prisma sends a migration as one transaction too: put the statement into a migration of its own.";
  return hint ?? "Mend the migration; nothing was changed anywhere.";
}

function shortened(text: string): string {
  return text.length > EXCERPT ? `${text.slice(0, EXCERPT - 1)}…` : text;
}
