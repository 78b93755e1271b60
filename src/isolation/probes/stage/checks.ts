import type { Column, Relation } from "../../catalog/catalog.js";
import type { Session } from "./session.js";
import { identifier, identifiers, literal } from "./sql.js";
import type { ValueType } from "./types.js";
import { candidates, type Seed } from "./values.js";

/** The most combinations that one search looks at. */
const COMBINATIONS = 20_000;

export interface Search {
  readonly relation: Relation;
  readonly types: ReadonlyMap<string, ValueType>;
  readonly seed: Seed;
  /** Values that are fixed already, by column. */
  readonly fixed: ReadonlyMap<string, string | null>;
  /** Left to PostgreSQL unless a constraint asks for them. */
  readonly optional: ReadonlySet<string>;
  readonly samples: Readonly<Record<string, readonly string[]>>;
  /** How many good combinations to pass over, because the rows that are there have them. */
  readonly skip: number;
}

/**
 * Finds values that satisfy a table's CHECK constraints together, by letting PostgreSQL itself judge every combination of
 * what might do in one query.
 * @returns a value for each column that isn't optional or that a constraint speaks of; a sentence where there is none
 */
export async function findValues(session: Session, search: Search): Promise<ReadonlyMap<string, string | null> | string> {
  const found = new Map(search.fixed);
  const groups = groupByCheck(search);
  for (const { columns, checks } of groups) {
    const answer = await solve(session, search, { columns, checks });
    if (typeof answer === "string") return answer;
    for (const [column, value] of answer) found.set(column, value);
  }
  const grouped = new Set(groups.flatMap(({ columns }) => columns.map(({ name }) => name)));
  for (const column of search.relation.columns) {
    if (column.generated || grouped.has(column.name) || found.has(column.name) || search.optional.has(column.name)) continue;
    const values = valuesFor(column, search, []);
    const value = values[Math.min(search.skip, values.length - 1)];
    if (value === undefined) return `nothing is known of the type ${column.type} of column ${column.name}`;
    found.set(column.name, value);
  }
  return found;
}

interface Group {
  readonly columns: readonly Column[];
  readonly checks: readonly string[];
}

/** Columns that a constraint names together have to be chosen together. */
function groupByCheck({ relation, types }: Search): Group[] {
  const own = relation.constraints
    .filter(({ kind, enforced }) => kind === "check" && enforced)
    .map(({ columns, definition }) => ({
      names: [...columns],
      check: definition.replace(/^CHECK /, "").replace(/ (NOT VALID|NO INHERIT)\b/g, ""),
    }));
  const ofDomains = relation.columns.flatMap(({ name, type }) =>
    (types.get(type)?.checks ?? []).map((check) => ({
      names: [name],
      check: `(${check.replace(/\bVALUE\b/g, identifier(name))})`,
    })),
  );
  let groups: { names: string[]; checks: string[] }[] = [];
  for (const { names, check } of [...own, ...ofDomains]) {
    const touching = groups.filter((group) => group.names.some((name) => names.includes(name)));
    groups = groups.filter((group) => !touching.includes(group));
    groups.push({
      names: [...new Set([...names, ...touching.flatMap((group) => group.names)])],
      checks: [check, ...touching.flatMap((group) => group.checks)],
    });
  }
  return groups.map(({ names, checks }) => ({ columns: relation.columns.filter(({ name }) => names.includes(name)), checks }));
}

async function solve(
  session: Session,
  search: Search,
  { columns, checks }: Group,
): Promise<ReadonlyMap<string, string | null> | string> {
  if (columns.length === 0) return new Map();
  const each = Math.max(2, Math.floor(COMBINATIONS ** (1 / columns.length)));
  const hints = checks.flatMap(literalsOf);
  const from = columns.map((column, at) => {
    const given = search.fixed.get(column.name);
    const values = search.fixed.has(column.name)
      ? [given ?? null]
      : [...(column.notNull ? [] : [null]), ...valuesFor(column, search, hints)];
    // A domain would refuse a value before its own constraint is asked.
    const type = search.types.get(column.type)?.name ?? column.type;
    const rows = values.slice(0, each).map((value, order) => `(${literal(value)}::${type}, ${order})`);
    return `(VALUES ${rows.join(", ") || `(NULL::${type}, 0)`}) AS c${at} (${identifier(column.name)}, o${at})`;
  });
  const chosen = columns.map(({ name }) => `${identifier(name)}::text`).join(", ");
  const order = columns.map((_, at) => `o${at}`).join(" + ");
  const answer = await session.try(
    `SELECT ${chosen} FROM ${from.join(" CROSS JOIN ")} WHERE ${checks.map((check) => `(${check}) IS NOT FALSE`).join(" AND ")} ORDER BY ${order} LIMIT ${search.skip + 1}`,
  );
  if (answer.state !== null)
    return `the constraints of ${identifiers(columns.map(({ name }) => name))} can't be tried: ${answer.text}`;
  const row = answer.rows.at(-1);
  if (!row)
    return `no value was found for ${identifiers(columns.map(({ name }) => name))} that satisfies ${checks.join(" AND ")}`;
  return new Map(columns.filter(({ generated }) => !generated).map(({ name }) => [name, (row[name] ?? null) as string | null]));
}

function valuesFor({ name, type }: Column, { types, seed, samples }: Search, hints: readonly string[]): readonly string[] {
  const known = types.get(type);
  return [...(samples[name] ?? []), ...(known ? candidates(known, seed, hints) : [])];
}

/** Texts and numbers that stand in a constraint: often the very values that it allows. */
function literalsOf(check: string): string[] {
  const texts = [...check.matchAll(/'((?:[^']|'')*)'/g)].map(([, text]) => (text ?? "").replaceAll("''", "'"));
  const numbers = [...check.matchAll(/(?<![\w'.])-?\d+(?:\.\d+)?(?![\w'])/g)].map(([number]) => number);
  return [...texts.filter((text) => !/^\^|\$$/.test(text)), ...numbers];
}
