import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AzoraError } from "../../errors.js";

/** One migration of a history. */
export interface MigrationFile {
  /** The directory's name in Prisma's layout, else the file's. */
  readonly name: string;
  /** As it is shown. */
  readonly path: string;
  readonly sql: string;
}

/** Where dbmate, goose and sql-migrate have what undoes a migration behind what does it. */
const UNDO = /^--\s*(?:migrate:down|\+goose\s+down|\+migrate\s+down)\b/im;

/**
 * A history of migrations, oldest first: Prisma's `NAME/migration.sql`, or a flat directory
 * of `.sql` files in the order of their numbers. What undoes a migration is left out.
 * @throws AzoraError INVALID_INPUT for a directory that holds neither, or a mixture
 */
export async function readMigrationFiles(directory: string): Promise<MigrationFile[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((cause) => {
    throw unusable(`The directory ${directory} can't be read.`, cause);
  });
  const flat = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".sql")).map(({ name }) => name);
  const nested = await withMigration(
    directory,
    entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
  );
  if (flat.length > 0 && nested.length > 0) throw unusable(`${directory} holds both ${nested[0]}/migration.sql and ${flat[0]}.`);
  if (nested.length > 0) return Promise.all(nested.sort().map((name) => read(name, join(directory, name, "migration.sql"))));
  const forward = flat.filter((name) => !/\.(down|undo)\.sql$|^U[\d.]+__/.test(name)).sort(byNumber);
  if (forward.length === 0) throw unusable(`${directory} holds no migrations.`);
  return Promise.all(forward.map((name) => read(name, join(directory, name))));
}

/** A directory without the file would be left out in silence. */
async function withMigration(directory: string, names: readonly string[]): Promise<string[]> {
  const listings = await Promise.all(names.map((name) => readdir(join(directory, name))));
  const found = names.filter((_, at) => listings[at]?.includes("migration.sql"));
  const stray = names.find(
    (_, at) => !listings[at]?.includes("migration.sql") && listings[at]?.some((file) => file.endsWith(".sql")),
  );
  if (stray !== undefined) throw unusable(`${join(directory, stray)} holds SQL, and no migration.sql.`);
  return found;
}

async function read(name: string, path: string): Promise<MigrationFile> {
  const text = await readFile(path, "utf8");
  const undo = UNDO.exec(text)?.index ?? text.length;
  return { name, path, sql: text.slice(0, undo) };
}

/** `V10__b` behind `V2__a`; repeatable ones of Flyway last. */
function byNumber(one: string, other: string): number {
  const isLast = (name: string) => Number(name.startsWith("R__"));
  return isLast(one) - isLast(other) || one.localeCompare(other, "en", { numeric: true });
}

function unusable(message: string, cause?: unknown): AzoraError {
  return new AzoraError("INVALID_INPUT", message, {
    hint: "Name a directory of migrations: NAME/migration.sql as Prisma has them, or numbered .sql files.",
    cause,
  });
}
