import fc from "fast-check";
import { MODELS, type ModelName, modelNumber } from "./models.js";
import { accountOf, type IdOwner, type Ids, idOf, markerOf } from "./program.js";

/** Whose program is being written, and among how many. */
export interface Voice {
  readonly tenant: number;
  readonly tenants: number;
  readonly ids: Ids;
}

export type Args = Record<string, unknown>;

/** An id that the tenant may give to a row of its own. */
export function ownIds(voice: Voice, model: ModelName): fc.Arbitrary<string> {
  return ownNumbers(voice, modelNumber(model));
}

/** Any id that the tenant may name: often its own, sometimes one that only another tenant has. */
export function ids(voice: Voice, model: ModelName): fc.Arbitrary<string> {
  return someNumbers(voice, modelNumber(model));
}

/** The same as ownIds(), by the number in the ids of a table. */
export function ownNumbers({ tenant, ids: kind }: Voice, table: number): fc.Arbitrary<string> {
  const owners: IdOwner[] = kind === "shared" ? ["shared", tenant] : [tenant];
  return fc.record({ owner: fc.constantFrom(...owners), at: fc.nat(2) }).map(({ owner, at }) => idOf(table, owner, at));
}

/** The same as ids(), by the number in the ids of a table. */
export function someNumbers(voice: Voice, table: number): fc.Arbitrary<string> {
  const foreign = fc
    .record({ owner: fc.constantFrom(...others(voice)), at: fc.nat(1) })
    .map(({ owner, at }) => idOf(table, owner, at));
  return fc.oneof({ arbitrary: ownNumbers(voice, table), weight: 3 }, { arbitrary: foreign, weight: 1 });
}

/** An account to name where none has to be named: the own one, or another's. */
export function accounts({ tenants }: Voice): fc.Arbitrary<string> {
  return fc.nat(tenants - 1).map(accountOf);
}

/** A text with the tenant's marker. */
export function texts({ tenant }: Voice): fc.Arbitrary<string> {
  return fc.nat(2).map((at) => `${markerOf(tenant)} text ${at}`);
}

/** A value of a model's natural key: the same few in every tenant. */
export function keys(model: ModelName): fc.Arbitrary<Args> {
  const { key } = MODELS[model];
  return key ? fc.nat(3).map((at) => ({ [key.name]: key.value(at) })) : fc.constant({});
}

/** An order that leaves nothing to chance. */
export function totalOrder(model: ModelName): fc.Arbitrary<object[]> {
  const { text } = MODELS[model];
  const direction = fc.constantFrom("asc", "desc");
  return direction.map((way) => [...(text ? [{ [text]: way }] : []), { id: way }]);
}

function others({ tenant, tenants }: Voice): number[] {
  return Array.from({ length: tenants }, (_, at) => at).filter((at) => at !== tenant);
}
