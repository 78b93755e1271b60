/** What Prisma says of a statement that it is about to send. */
export interface ReadTag {
  /** Model and method as the caller wrote them: `Document.findMany`, or `queryRaw`. */
  readonly method: string;
  /** Arguments with every value left out. */
  readonly filter: unknown;
  readonly isRaw: boolean;
}

/** Whether Prisma made it for a model's request; its adapter begins, ends and divides transactions on the way. */
export function isModelStatement(sql: string): boolean {
  return /^(SELECT|INSERT|UPDATE|DELETE|WITH)\b/.test(sql);
}

/** The part of Prisma's SqlCommenterContext that is used. */
export interface CommenterContext {
  readonly sql?: string;
  readonly query: {
    readonly modelName?: string;
    readonly action: string;
    readonly query?: unknown;
    readonly queries?: readonly unknown[];
  };
}

export function tagOf({ query }: CommenterContext): ReadTag {
  return {
    method: query.modelName ? `${query.modelName}.${query.action}` : query.action,
    // Asked for when the statement is a read that is logged.
    get filter() {
      return query.modelName ? shape(query.queries?.[0] ?? query.query) : {};
    },
    isRaw: query.modelName === undefined,
  };
}

/** `{ where: { title: "x" } }` becomes `{ where: { title: "?" } }`: names stay, values go. */
export function shape(value: unknown): unknown {
  if (Array.isArray(value)) return shapeOfList(value);
  if (typeof value !== "object" || value === null) return "?";
  const entries = value as Record<string, unknown>;
  if ("$type" in entries) return "?";
  if ("selection" in entries) return { ...(shape(entries.arguments ?? {}) as object), ...included(entries.selection) };
  return Object.fromEntries(Object.entries(entries).map(([key, inner]) => [key, shape(inner)]));
}

/** A list of values is a value, as Prisma itself has it once it has put parameters in their place. */
function shapeOfList([first]: readonly unknown[]): unknown {
  if (first === undefined) return [];
  const inner = shape(first);
  return inner === "?" ? "?" : [inner];
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
