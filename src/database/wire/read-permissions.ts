import { withoutLiterals } from "./read-tag.js";

/** $1 names of tables. */
export const CHECK_READS = "SELECT guard.check_reads($1::text[])";

const NAME = '((?:"(?:[^"]|"")+"|\\w+)(?:\\.(?:"(?:[^"]|"")+"|\\w+))?)';
const READ = new RegExp(`\\b(?:FROM|JOIN|UPDATE)\\s+(?:ONLY\\s+)?${NAME}`, "gi");
const RETURNED = new RegExp(`\\bINTO\\s+${NAME}`, "gi");

/** The tables that a statement reads, as it names them; what it changes by a condition or hands back, it reads too. */
export function tablesRead(text: string): readonly string[] {
  const sql = withoutLiterals(text);
  const found = [...sql.matchAll(READ), ...(/\bRETURNING\b/i.test(sql) ? sql.matchAll(RETURNED) : [])];
  return [...new Set(found.map(([, name = ""]) => name))];
}

/** Texts whose tables are remembered. */
const MOST = 250;
/** How long an answer holds; revoked within it, rows are held back without a word. */
const HOLDS_MS = 1000;

/**
 * Remembers for a client what its user was told that it may read. Row security decides at every statement, and holds
 * back in silence; this is so that somebody is told, and so each table is asked about once a second and no more.
 */
export class ReadPermissions {
  #since = 0;
  readonly #known = new Set<string>();
  readonly #tables = new Map<string, readonly string[]>();

  /** Tables of a statement that have to be asked about. */
  due(text: string): readonly string[] {
    const now = Date.now();
    if (now - this.#since > HOLDS_MS) {
      this.#known.clear();
      this.#since = now;
    }
    return this.#tablesOf(text).filter((table) => !this.#known.has(table));
  }

  confirm(tables: readonly string[]): void {
    for (const table of tables) this.#known.add(table);
  }

  #tablesOf(text: string): readonly string[] {
    const known = this.#tables.get(text);
    if (known) return known;
    const tables = tablesRead(text);
    if (this.#tables.size >= MOST) this.#tables.clear();
    this.#tables.set(text, tables);
    return tables;
  }
}
