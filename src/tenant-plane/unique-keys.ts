/**
 * The unique keys of a Prisma schema that start with the account. Every unique key of a
 * tenant table does, so Prisma names each `accountId_…` and wants the account in it; the
 * tenant client knows the account and asks only for the rest.
 */
export interface AccountKey {
  /** What Prisma calls the key: `accountId_number`. */
  readonly prismaName: string;
  /** What a caller of the tenant client writes: `number`, or `documentId_revision`. */
  readonly callerName: string;
  /** The fields besides the account. */
  readonly fields: readonly string[];
}

/** Keys by model name. */
export type AccountKeys = ReadonlyMap<string, readonly AccountKey[]>;

/**
 * Reads the keys from the schema text that a generated client carries: its runtime data
 * model leaves them out.
 */
export function readAccountKeys(schema: string, accountField: string): AccountKeys {
  const keys = new Map<string, AccountKey[]>();
  for (const [, model, body] of schema.matchAll(/^model\s+(\w+)\s*\{([\s\S]*?)^\}/gm)) {
    const found = [...(body as string).matchAll(/^\s*@@(?:id|unique)\(\s*(?:fields:\s*)?\[([^\]]+)\]([^)]*)\)/gm)];
    keys.set(
      model as string,
      found.flatMap(([, list, options]) => accountKey(list as string, { accountField, options: options as string })),
    );
  }
  return keys;
}

function accountKey(list: string, { accountField, options }: { accountField: string; options: string }): AccountKey[] {
  const [first, ...fields] = list.split(",").map((field) => field.replace(/\(.*$/, "").trim());
  if (first !== accountField || fields.length === 0) return [];
  const named = /\bname:\s*"(\w+)"/.exec(options)?.[1];
  const callerName = fields.join("_");
  return [{ prismaName: named ?? `${accountField}_${callerName}`, callerName, fields }];
}
