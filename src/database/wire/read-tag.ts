/** What Prisma says of a statement that it is about to send. */
export interface ReadTag {
  /** Model and method as the caller wrote them: `Document.findMany`, or `queryRaw`. */
  readonly method: string;
  /** Arguments with every value left out. */
  readonly filter: unknown;
  readonly isRaw: boolean;
}

/** The part of Prisma's SqlCommenterContext that is used. */
export interface CommenterContext {
  readonly sql?: string;
  readonly query: {
    readonly type: string;
    readonly modelName?: string;
    readonly action: string;
    readonly query?: unknown;
    readonly queries?: readonly unknown[];
  };
}

export function tagOf({ query }: CommenterContext): ReadTag {
  return {
    method: query.modelName ? `${query.modelName}.${query.action}` : query.action,
    filter: query.modelName ? shape(query.queries?.[0] ?? query.query) : {},
    isRaw: query.modelName === undefined,
  };
}

/** `{ where: { title: "x" } }` becomes `{ where: { title: "?" } }`: names stay, values go. */
export function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])];
  if (typeof value !== "object" || value === null) return "?";
  const entries = value as Record<string, unknown>;
  if ("$type" in entries) return "?";
  if ("selection" in entries) return { ...(shape(entries.arguments ?? {}) as object), ...included(entries.selection) };
  return Object.fromEntries(Object.entries(entries).map(([key, inner]) => [key, shape(inner)]));
}

/** Names of the relations and fields selected, without Prisma's own `$` markers. */
function included(selection: unknown): object {
  const names = Object.keys((selection ?? {}) as object).filter((name) => !name.startsWith("$"));
  return names.length === 0 ? {} : { select: names };
}

const FIRST_TABLE = /\bFROM\s+(?:("(?:[^"]|"")+"|\w+)\.)?("(?:[^"]|"")+"|\w+)/i;

/**
 * The table a statement reads first, as guard.audit_write() names it: with its schema, unless
 * that is `tenant`. `FROM "tenant"."documents"` gives documents, `FROM "crm"."Deal"` crm."Deal".
 */
export function subjectOf(sql: string): string {
  const [, schema, table] = FIRST_TABLE.exec(sql)?.map((name) => name && withoutNeedlessQuotes(name)) ?? [];
  if (!table) return "(none)";
  return schema && schema !== "tenant" ? `${schema}.${table}` : table;
}

function withoutNeedlessQuotes(name: string): string {
  return /^"[a-z_][a-z0-9_]*"$/.test(name) ? name.slice(1, -1) : name;
}

/**
 * What SQL is made of, so far as values go. One expression that is walked once: a quote in a
 * comment, or dollars in a string, must not shift what is taken for a literal after it.
 */
const TOKEN = new RegExp(
  [
    /(?<comment>--[^\n]*|\/\*[\s\S]*?\*\/)/,
    /(?<name>"(?:[^"]|"")*"|\$\d+|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*(?!&?'))/,
    /(?<literal>\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|(?:[xXbBnN]|[uU]&)?'(?:[^']|'')*'|\.?\d[\w.]*)/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "g",
);

/** A raw statement without its literals and comments, so that no value reaches the log. */
export function withoutLiterals(sql: string): string {
  return sql
    .replace(TOKEN, (token, comment?: string, name?: string) => (comment ? " " : (name ?? (token && "?"))))
    .replace(/\s+/g, " ")
    .trim();
}
