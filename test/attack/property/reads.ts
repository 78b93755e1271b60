import fc from "fast-check";
import { MODEL_NAMES, MODELS, type ModelName } from "./models.js";
import type { ModelCall } from "./program.js";
import { type Args, accounts, ids, keys, texts, totalOrder, type Voice } from "./values.js";

/** A unique key, in each way a caller may write it. */
export function uniques(voice: Voice, model: ModelName): fc.Arbitrary<Args> {
  const id = ids(voice, model);
  const named = fc.record({ accountId: accounts(voice), id }).map((accountId_id) => ({ accountId_id }));
  const ways: fc.Arbitrary<Args>[] = [id.map((value) => ({ id: value })), named];
  if (MODELS[model].key) ways.push(keys(model));
  return fc.oneof(...ways);
}

/** A filter, relations to any depth that is left included. */
export function filters(voice: Voice, model: ModelName, depth = 2): fc.Arbitrary<Args> {
  const { text, parents, children } = MODELS[model];
  const id = ids(voice, model);
  const ways: fc.Arbitrary<Args>[] = [
    fc.constant({}),
    id.map((value) => ({ id: value })),
    fc.array(id, { minLength: 1, maxLength: 3 }).map((values) => ({ id: { in: values } })),
    accounts(voice).map((accountId) => ({ accountId })),
    accounts(voice).map((accountId) => ({ account: { is: { id: accountId } } })),
  ];
  if (text) ways.push(texts(voice).map((value) => ({ [text]: { contains: value.slice(-6) } })));
  if (depth > 0) {
    const inner = filters(voice, model, depth - 1);
    ways.push(inner.map((NOT) => ({ NOT })));
    ways.push(fc.tuple(inner, inner).map((OR) => ({ OR })));
    for (const { relation, model: parent } of parents) {
      const of = filters(voice, parent, depth - 1);
      ways.push(fc.tuple(fc.constantFrom("is", "isNot"), of).map(([how, where]) => ({ [relation]: { [how]: where } })));
    }
    for (const { relation, model: child } of children) {
      const of = filters(voice, child, depth - 1);
      const how = fc.constantFrom("some", "none", "every");
      ways.push(fc.tuple(how, of).map(([which, where]) => ({ [relation]: { [which]: where } })));
    }
  }
  return fc.oneof(...ways);
}

/** Nothing, or `include` or `select`, with relations, their filters and counts. */
export function selections(voice: Voice, model: ModelName, depth = 2): fc.Arbitrary<Args> {
  if (depth === 0) return fc.constant({});
  const { text, parents, children } = MODELS[model];
  const ofParents = parents.map(({ relation, model: parent }) =>
    selections(voice, parent, depth - 1).map((inner) => [relation, isEmpty(inner) ? true : inner] as const),
  );
  const ofChildren = children.map(({ relation, model: child }) =>
    fc
      .record({ where: filters(voice, child, depth - 1), orderBy: totalOrder(child), inner: selections(voice, child, depth - 1) })
      .map(({ where, orderBy, inner }) => [relation, { where, orderBy, take: 3, ...inner }] as const),
  );
  const counts = children.map(({ relation, model: child }) =>
    filters(voice, child, 0).map((where) => ["_count", { select: { [relation]: { where } } }] as const),
  );
  const relations: fc.Arbitrary<readonly [string, unknown]>[] = [...ofParents, ...ofChildren, ...counts];
  if (relations.length === 0) return fc.constant({});
  const chosen = fc.array(fc.oneof(...relations), { minLength: 1, maxLength: 2 }).map((entries) => Object.fromEntries(entries));
  return fc.oneof(
    { arbitrary: fc.constant({}), weight: 2 },
    { arbitrary: chosen.map((include) => ({ include })), weight: 2 },
    {
      arbitrary: chosen.map((relation) => ({
        select: { accountId: true, id: true, ...(text && { [text]: true }), ...relation },
      })),
      weight: 1,
    },
  );
}

/** A call that reads a model. */
export function reads(voice: Voice): fc.Arbitrary<ModelCall> {
  return fc.oneof({ arbitrary: fc.oneof(...MODEL_NAMES.map((model) => readsOf(voice, model))), weight: 12 }, logs(), own());
}

/** A call whose like Prisma merges with others of its tick. */
export function uniqueReads(voice: Voice): fc.Arbitrary<ModelCall> {
  const of = (model: ModelName) => uniques(voice, model).map((where) => call(model, "findUnique", { where }));
  return fc.oneof({ arbitrary: of("document"), weight: 2 }, of("user"));
}

function readsOf(voice: Voice, model: ModelName): fc.Arbitrary<ModelCall> {
  const { text } = MODELS[model];
  const where = filters(voice, model);
  const orderBy = totalOrder(model);
  const selection = selections(voice, model);
  const many = fc
    .record({
      where,
      orderBy,
      selection,
      cursor: fc.option(uniques(voice, model), { nil: undefined }),
      take: fc.constantFrom(undefined, 1, 2, -2),
      skip: fc.constantFrom(undefined, 1),
      distinct: fc.constantFrom(undefined, ...(text ? [[text]] : [])),
    })
    .map(({ selection: chosen, ...args }) => call(model, "findMany", { ...defined(args), ...chosen }));
  const by = text || "id";
  return fc.oneof(
    { arbitrary: many, weight: 4 },
    fc
      .record({ where, orderBy, selection, strict: fc.boolean() })
      .map(({ selection: chosen, strict, ...args }) =>
        call(model, strict ? "findFirstOrThrow" : "findFirst", { ...args, ...chosen }),
      ),
    fc
      .record({ where: uniques(voice, model), selection, strict: fc.boolean() })
      .map(({ where: key, selection: chosen, strict }) =>
        call(model, strict ? "findUniqueOrThrow" : "findUnique", { where: key, ...chosen }),
      ),
    where.map((filter) => call(model, "count", { where: filter })),
    where.map((filter) =>
      call(model, "aggregate", { where: filter, _count: { _all: true }, _min: { [by]: true }, _max: { [by]: true } }),
    ),
    where.map((filter) =>
      call(model, "groupBy", { by: [by, "accountId"], where: filter, _count: { _all: true }, orderBy: [{ [by]: "asc" }] }),
    ),
  );
}

/** The tenant's own audit log of writes: reads of it are part of what is compared. */
function logs(): fc.Arbitrary<ModelCall> {
  const where = { operation: { not: "read" } };
  return fc.constantFrom(
    call("auditLog", "count", { where }),
    call("auditLog", "groupBy", {
      by: ["subject", "operation", "actor"],
      where,
      _count: { _all: true },
      orderBy: [{ subject: "asc" }],
    }),
    call("auditLog", "deleteMany", {}),
    call("auditLog", "updateMany", { data: { actor: "nobody" } }),
  );
}

/** The tenant's own account: there is only that one to see. */
function own(): fc.Arbitrary<ModelCall> {
  return fc.constantFrom(
    call("account", "findMany", { select: { id: true, _count: { select: { documents: true, users: true } } } }),
    call("account", "count", {}),
  );
}

export function call(model: string, method: string, args: object): ModelCall {
  return { kind: "call", model, method, args };
}

function defined(args: Args): Args {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
}

function isEmpty(args: object): boolean {
  return Object.keys(args).length === 0;
}
