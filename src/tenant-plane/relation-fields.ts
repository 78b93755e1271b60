/** The fields besides the account that hold a relation to one row, by model and by relation. */
export type RelationFields = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/**
 * Reads them from the schema text that a generated client carries. Only relations whose
 * foreign key pairs the accounts are in it: those are the ones that need care.
 */
export function readRelationFields(schema: string, accountField: string): RelationFields {
  const models = new Map<string, Map<string, string[]>>();
  for (const [, model = "", body = ""] of schema.matchAll(/^model\s+(\w+)\s*\{([\s\S]*?)^\}/gm)) {
    const relations = new Map<string, string[]>();
    for (const [, name = "", list = ""] of body.matchAll(
      /^[ \t]*(\w+)[ \t]+\w+\??[ \t].*@relation\([^)]*\bfields:\s*\[([^\]]+)\]/gm,
    )) {
      const fields = list.split(",").map((field) => field.trim());
      const others = fields.filter((field) => field !== accountField);
      if (others.length > 0 && others.length < fields.length) relations.set(name, others);
    }
    models.set(model, relations);
  }
  return models;
}
