/** The fields of a model that a constraint of the database is about, by the constraint's name. */
export type ConstraintFields = ReadonlyMap<string, readonly string[]>;

const MODEL = /^model\s+(\w+)\s*\{([\s\S]*?)^\}/gm;
const LIST = /\[([^\]]+)\]/;
const NAME = /\bmap:\s*"([^"]+)"/;

/**
 * Reads the constraints from the schema text that a generated client carries, by the names
 * that it gives them or that Prisma gives where it gives none.
 * @param accountField left out: it is part of every key and no business of a tenant
 */
export function readConstraintFields(schema: string, accountField: string): ConstraintFields {
  const found = new Map<string, string[]>();
  for (const [, model = "", body = ""] of schema.matchAll(MODEL)) {
    const table = /^\s*@@map\("([^"]+)"\)/m.exec(body)?.[1] ?? model;
    const columns = columnsOf(body);
    const add = (attribute: string, fields: readonly string[], suffix: string) => {
      const parts = suffix === "pkey" ? [table] : [table, ...fields.map((field) => columns.get(field) ?? field)];
      const name = NAME.exec(attribute)?.[1] ?? [...parts, suffix].join("_");
      found.set(
        name,
        fields.filter((field) => field !== accountField),
      );
    };
    for (const [line, kind] of body.matchAll(/^\s*@@(id|unique)\(.*$/gm)) add(line, listed(line), kind === "id" ? "pkey" : "key");
    for (const [line, field = ""] of body.matchAll(/^\s*(\w+)\s+\w+.*$/gm)) {
      if (/\s@id\b/.test(line)) add(attribute(line, "id"), [field], "pkey");
      if (/\s@unique\b/.test(line)) add(attribute(line, "unique"), [field], "key");
      const relation = attribute(line, "relation");
      if (/\bfields:/.test(relation)) add(relation, listed(relation), "fkey");
    }
  }
  return found;
}

/** Column names by field name. */
function columnsOf(body: string): Map<string, string> {
  return new Map(
    [...body.matchAll(/^\s*(\w+)\s+\w.*\s@map\("([^"]+)"\)/gm)].map(([, field = "", column = ""]) => [field, column]),
  );
}

/** An attribute of a field's line with its arguments, or nothing. */
function attribute(line: string, name: string): string {
  return new RegExp(`\\s@${name}\\b(\\([^)]*\\))?`).exec(line)?.[1] ?? "";
}

/** The names in the first list of an attribute: `[accountId, printedAt(sort: Desc)]`. */
function listed(text: string): string[] {
  return (LIST.exec(text)?.[1] ?? "").split(",").map((field) => field.replace(/\(.*$/, "").trim());
}
