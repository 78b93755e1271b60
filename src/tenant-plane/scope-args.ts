import type { RelationFields } from "./relation-fields.js";
import type { AccountKeys } from "./unique-keys.js";

/** The part of a generated client's data model that tells relations from scalars. */
export interface DataModel {
  readonly models: Readonly<
    Record<string, { readonly fields: readonly { readonly name: string; readonly kind: string; readonly type: string }[] }>
  >;
}

type Args = Record<string, unknown>;

/** Where a unique key of the related model stands inside a nested write. */
const UNIQUE_IN_NESTED_WRITE = new Set(["connect", "disconnect", "delete", "set"]);
const LOGICAL = new Set(["AND", "OR", "NOT"]);
const RELATION_FILTERS = new Set(["some", "every", "none", "is", "isNot"]);
const BY_UNIQUE = new Set(["findUnique", "findUniqueOrThrow", "update", "upsert", "delete"]);

/** What is known of a client's schema. */
export interface ScopedSchema {
  readonly model: DataModel;
  readonly keys: AccountKeys;
  readonly relations: RelationFields;
}

/**
 * Rewrites the arguments of one call so that nobody names the account twice: `{ id }` and
 * other keys become Prisma's `{ accountId_id: { accountId, id } }` wherever a unique key
 * is taken (where, cursor, connect, nested writes and selections). And so that a relation
 * can be asked for its absence: `{ owner: null }` means to Prisma that all columns of the
 * foreign key are null, which the account never is; it becomes `{ ownerId: null }`.
 * This is comfort, not the wall: a caller who writes another account's id is stopped by
 * the database.
 */
export class ArgsScope {
  /** @param account the field that holds the account in every model, and this client's */
  constructor(
    private readonly schema: ScopedSchema,
    private readonly account: { readonly accountField: string; readonly accountId: string },
  ) {}

  /** @returns new arguments; those given are left as they are */
  call(model: string, operation: string, args: unknown): unknown {
    if (!isObject(args)) return args;
    const scoped = this.#selection(model, args);
    if (BY_UNIQUE.has(operation) && isObject(scoped.where)) scoped.where = this.#unique(model, scoped.where);
    for (const part of ["data", "create", "update"]) {
      if (part in args) scoped[part] = each(args[part], (data) => this.#data(model, data));
    }
    return scoped;
  }

  /** `where`, `cursor`, and what `select` and `include` say of relations. */
  #selection(model: string, args: Args): Args {
    const scoped: Args = { ...args };
    if (isObject(args.where)) scoped.where = this.#where(model, args.where);
    if (isObject(args.cursor)) scoped.cursor = this.#unique(model, args.cursor);
    for (const part of ["select", "include"]) {
      const chosen = args[part];
      if (!isObject(chosen)) continue;
      scoped[part] = mapEntries(chosen, (name, value) => {
        if (name === "_count" && isObject(value)) return this.#selection(model, value);
        const related = this.#related(model, name);
        return related && isObject(value) ? this.#selection(related, value) : value;
      });
    }
    return scoped;
  }

  /** A filter, at every depth. */
  #where(model: string, where: Args): Args {
    const scoped: Args = {};
    const absences: Args[] = [];
    for (const [name, value] of Object.entries(where)) {
      const absence = this.#absence(model, name, value);
      if (absence) absences.push(absence);
      else scoped[name] = this.#filter(model, name, value);
    }
    if (absences.length > 0) scoped.AND = [...absences, ...[scoped.AND ?? []].flat()];
    return scoped;
  }

  #filter(model: string, name: string, value: unknown): unknown {
    if (LOGICAL.has(name)) return each(value, (inner) => this.#where(model, inner));
    const related = this.#related(model, name);
    if (!related || !isObject(value)) return value;
    if (!Object.keys(value).some((key) => RELATION_FILTERS.has(key))) return this.#where(related, value);
    return mapEntries(value, (_, inner) => (isObject(inner) ? this.#where(related, inner) : inner));
  }

  /** What `null`, `{ is: null }` and `{ isNot: null }` of a relation mean, said by its own fields. */
  #absence(model: string, relation: string, value: unknown): Args | undefined {
    const fields = this.schema.relations.get(model)?.get(relation);
    if (!fields) return undefined;
    const absent = { AND: fields.map((field) => ({ [field]: null })) };
    if (value === null || (isObject(value) && value.is === null)) return absent;
    return isObject(value) && value.isNot === null ? { NOT: absent } : undefined;
  }

  /** The data of a create or an update, with the nested writes in it. */
  #data(model: string, data: Args): Args {
    return mapEntries(data, (name, value) => {
      const related = this.#related(model, name);
      return related && isObject(value) ? this.#nestedWrite(related, value) : value;
    });
  }

  #nestedWrite(model: string, write: Args): Args {
    return mapEntries(write, (operation, value) => {
      if (UNIQUE_IN_NESTED_WRITE.has(operation)) return each(value, (where) => this.#unique(model, where));
      if (operation === "create") return each(value, (data) => this.#data(model, data));
      if (operation === "update" && isObject(value) && !("where" in value) && !("data" in value)) return this.#data(model, value);
      return each(value, (inner) => this.#nestedCall(model, operation, inner));
    });
  }

  /** update, upsert, connectOrCreate, updateMany, createMany … with their own where and data. */
  #nestedCall(model: string, operation: string, args: Args): Args {
    return mapEntries(args, (part, value) => {
      if (part === "where" && isObject(value)) {
        const where = this.#where(model, value);
        return operation.endsWith("Many") ? where : this.#unique(model, where);
      }
      return each(value, (data) => this.#data(model, data));
    });
  }

  #unique(model: string, where: Args): Args {
    const { accountField, accountId } = this.account;
    for (const { prismaName, callerName, fields } of this.schema.keys.get(model) ?? []) {
      if (isObject(where[prismaName])) return { ...where, [prismaName]: { [accountField]: accountId, ...where[prismaName] } };
      const given = where[callerName];
      if (given === undefined || (fields.length === 1 && isObject(given) && !(given instanceof Date))) continue;
      const { [callerName]: _, ...filters } = where;
      const rest = fields.length === 1 ? { [fields[0] as string]: given } : (given as Args);
      return { ...filters, [prismaName]: { [accountField]: accountId, ...rest } };
    }
    return where;
  }

  #related(model: string, field: string): string | undefined {
    return this.schema.model.models[model]?.fields.find(({ name, kind }) => name === field && kind === "object")?.type;
  }
}

function isObject(value: unknown): value is Args {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function each(value: unknown, change: (item: Args) => Args): unknown {
  if (Array.isArray(value)) return value.map((item) => (isObject(item) ? change(item) : item));
  return isObject(value) ? change(value) : value;
}

function mapEntries(object: Args, change: (name: string, value: unknown) => unknown): Args {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(name, value)]));
}
