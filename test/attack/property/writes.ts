import fc from "fast-check";
import { type Child, MODEL_NAMES, MODELS, type ModelName, type Parent } from "./models.js";
import type { ModelCall } from "./program.js";
import { call, filters, selections, uniques } from "./reads.js";
import { type Args, accounts, ids, keys, ownIds, texts, type Voice } from "./values.js";

/** A call that writes, nested writes to a depth of two included. */
export function writes(voice: Voice): fc.Arbitrary<ModelCall> {
  return fc.oneof(...MODEL_NAMES.map((model) => writesOf(voice, model)));
}

function writesOf(voice: Voice, model: ModelName): fc.Arbitrary<ModelCall> {
  const where = uniques(voice, model);
  const filter = filters(voice, model, 1);
  const create = creations(voice, model);
  const update = updates(voice, model);
  const rows = fc.array(plainRows(voice, model), { minLength: 1, maxLength: 3 });
  const skipDuplicates = fc.boolean();
  const selection = selections(voice, model, 1);
  return fc.oneof(
    { arbitrary: fc.tuple(create, selection).map(([data, chosen]) => call(model, "create", { data, ...chosen })), weight: 4 },
    { arbitrary: fc.tuple(where, update).map(([key, data]) => call(model, "update", { where: key, data })), weight: 4 },
    fc.record({ data: rows, skipDuplicates }).map((args) => call(model, "createMany", args)),
    fc.record({ data: rows, skipDuplicates }).map((args) => call(model, "createManyAndReturn", args)),
    fc.tuple(filter, plainChanges(voice, model)).map(([which, data]) => call(model, "updateMany", { where: which, data })),
    fc
      .tuple(filter, plainChanges(voice, model))
      .map(([which, data]) => call(model, "updateManyAndReturn", { where: which, data })),
    fc.tuple(where, create, update).map(([key, made, data]) => call(model, "upsert", { where: key, create: made, update: data })),
    where.map((key) => call(model, "delete", { where: key })),
    filter.map((which) => call(model, "deleteMany", { where: which })),
  );
}

/** A row's own columns, parents as plain columns: what createMany takes. */
function plainRows(voice: Voice, model: ModelName): fc.Arbitrary<Args> {
  const { text, rest, parents } = MODELS[model];
  return fc
    .record({
      id: fc.option(ownIds(voice, model), { nil: undefined }),
      key: keys(model),
      text: texts(voice),
      links: fc.tuple(...parents.map((parent) => plainLink(voice, parent))),
      accountId: fc.option(accounts(voice), { nil: undefined, freq: 8 }),
    })
    .map(({ id, key, text: words, links, accountId }) => ({
      ...(id && { id }),
      ...(accountId && { accountId }),
      ...key,
      ...(text && { [text]: words }),
      ...rest,
      ...Object.assign({}, ...links),
    }));
}

function plainLink(voice: Voice, { field, model, required }: Parent): fc.Arbitrary<Args> {
  const linked = ids(voice, model).map((id) => ({ [field]: id }));
  return required ? linked : fc.oneof(fc.constant({}), linked);
}

/** Data of a create: parents by column or by relation, children made or connected. */
function creations(voice: Voice, model: ModelName, depth = 2, without?: string): fc.Arbitrary<Args> {
  const { parents, children } = MODELS[model];
  const own = plainRows(voice, model).map((row) => omit(row, without));
  if (depth === 0) return own;
  const below = children.map((child) => nestedCreation(voice, child, depth));
  const above = parents.filter(({ field }) => field !== without).map((parent) => nestedParent(voice, parent, depth));
  const withChildren = below.length > 0 ? fc.tuple(own, fc.oneof(...below)).map(([row, nested]) => ({ ...row, ...nested })) : own;
  // Prisma takes parents all by column or all by relation.
  const byRelation =
    above.length > 0
      ? fc.tuple(own, ...above).map(([row, ...links]) => ({
          ...omit(row, "accountId", ...parents.map(({ field }) => field)),
          ...Object.assign({}, ...links),
        }))
      : own;
  return fc.oneof(own, withChildren, byRelation);
}

function nestedCreation(voice: Voice, { relation, model, field }: Child, depth: number): fc.Arbitrary<Args> {
  const create = creations(voice, model, depth - 1, field).map((data) => omit(data, "accountId"));
  return fc.oneof(
    create.map((data) => ({ [relation]: { create: data } })),
    fc.array(plainRows(voice, model), { minLength: 1, maxLength: 2 }).map((data) => ({
      [relation]: { createMany: { data: data.map((row) => omit(row, field, "accountId")) } },
    })),
    uniques(voice, model).map((where) => ({ [relation]: { connect: where } })),
    fc
      .tuple(uniques(voice, model), create)
      .map(([where, data]) => ({ [relation]: { connectOrCreate: { where, create: data } } })),
  );
}

function nestedParent(voice: Voice, { relation, model, required }: Parent, depth: number): fc.Arbitrary<Args> {
  const create = creations(voice, model, depth - 1).map((data) => omit(data, "accountId"));
  const ways: fc.Arbitrary<Args>[] = [
    uniques(voice, model).map((where) => ({ [relation]: { connect: where } })),
    create.map((data) => ({ [relation]: { create: data } })),
    fc
      .tuple(uniques(voice, model), create)
      .map(([where, data]) => ({ [relation]: { connectOrCreate: { where, create: data } } })),
  ];
  if (!required) ways.push(fc.constant({}));
  return fc.oneof(...ways);
}

/** Changes to columns alone. */
function plainChanges(voice: Voice, model: ModelName): fc.Arbitrary<Args> {
  const { text, parents } = MODELS[model];
  const words = texts(voice).map((value) => (text ? { [text]: value } : {}));
  const ways: fc.Arbitrary<Args>[] = [words, fc.tuple(words, keys(model)).map(([one, other]) => ({ ...one, ...other }))];
  for (const parent of parents) ways.push(plainLink(voice, { ...parent, required: true }));
  ways.push(fc.tuple(words, accounts(voice)).map(([data, accountId]) => ({ ...data, accountId })));
  ways.push(fc.tuple(words, ownIds(voice, model)).map(([data, id]) => ({ ...data, id })));
  return fc.oneof(...ways);
}

/** Data of an update, with what it does to children and parents. */
function updates(voice: Voice, model: ModelName, depth = 2): fc.Arbitrary<Args> {
  const plain = plainChanges(voice, model);
  if (depth === 0) return plain;
  const { parents, children } = MODELS[model];
  const nested = [
    ...children.map((child) => nestedUpdate(voice, child, depth)),
    ...parents.flatMap((parent) => parentUpdate(voice, parent, depth)),
  ];
  if (nested.length === 0) return plain;
  return fc.oneof({ arbitrary: plain, weight: 2 }, { arbitrary: fc.oneof(...nested), weight: 3 });
}

function nestedUpdate(voice: Voice, child: Child, depth: number): fc.Arbitrary<Args> {
  const { relation, model, field } = child;
  const where = uniques(voice, model);
  const change = updates(voice, model, depth - 1);
  const filter = filters(voice, model, 0);
  const plain = plainChanges(voice, model);
  const create = creations(voice, model, depth - 1, field).map((data) => omit(data, "accountId"));
  const ways: fc.Arbitrary<Args>[] = [
    nestedCreation(voice, child, depth).map((data) => data[relation] as Args),
    fc.tuple(where, change).map(([key, data]) => ({ update: { where: key, data } })),
    fc.tuple(filter, plain).map(([which, data]) => ({ updateMany: { where: which, data } })),
    fc.tuple(where, create, change).map(([key, made, data]) => ({ upsert: { where: key, create: made, update: data } })),
    where.map((key) => ({ delete: key })),
    filter.map((which) => ({ deleteMany: which })),
  ];
  const back = MODELS[model].parents.find((parent) => parent.field === field);
  if (back && !back.required) {
    ways.push(where.map((key) => ({ disconnect: key })));
    ways.push(fc.array(where, { maxLength: 2 }).map((set) => ({ set })));
  }
  return fc.oneof(...ways).map((write) => ({ [relation]: write }));
}

function parentUpdate(voice: Voice, { relation, model, required }: Parent, depth: number): fc.Arbitrary<Args>[] {
  const where = uniques(voice, model);
  const create = creations(voice, model, depth - 1).map((data) => omit(data, "accountId"));
  const ways: fc.Arbitrary<Args>[] = [
    where.map((connect) => ({ connect })),
    create.map((data) => ({ create: data })),
    updates(voice, model, depth - 1).map((update) => ({ update })),
  ];
  if (!required) ways.push(fc.constantFrom({ disconnect: true }, { delete: true }));
  return ways.map((way) => way.map((write) => ({ [relation]: write })));
}

function omit(row: Args, ...fields: (string | undefined)[]): Args {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !fields.includes(name)));
}
