import fc from "fast-check";
import { oddBytes, oddName, oddValue } from "./odd.js";

/** A change to bytes, whatever they are. Places are fractions of the length, so that a smaller case stays the same case. */
type Edit = (bytes: Buffer) => Buffer;

const place = fc.double({ min: 0, max: 1, noNaN: true });
const at = (where: number, bytes: Buffer) => Math.floor(where * bytes.length);

const flip: fc.Arbitrary<Edit> = fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([where, mask]) => (bytes) => {
  const changed = Buffer.from(bytes);
  const index = Math.min(at(where, bytes), bytes.length - 1);
  if (bytes.length > 0) changed[index] = (changed[index] ?? 0) ^ mask;
  return changed;
});
const cut: fc.Arbitrary<Edit> = place.map((where) => (bytes) => bytes.subarray(0, at(where, bytes)));
const remove: fc.Arbitrary<Edit> = fc.tuple(place, fc.nat(64)).map(([where, length]) => (bytes) => {
  const from = at(where, bytes);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)]);
});
const insert: fc.Arbitrary<Edit> = fc.tuple(place, oddBytes).map(([where, odd]) => (bytes) => {
  const from = at(where, bytes);
  return Buffer.concat([bytes.subarray(0, from), odd, bytes.subarray(from)]);
});
const double: fc.Arbitrary<Edit> = fc.tuple(place, place).map(([one, other]) => (bytes) => {
  const [from, to] = [at(one, bytes), at(other, bytes)].sort((a, b) => a - b) as [number, number];
  return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
});

/** A file after somebody has damaged it, in one to three places. */
export function damaged(sample: Buffer): fc.Arbitrary<Buffer> {
  const edits = fc.array(fc.oneof(flip, cut, remove, insert, double), { minLength: 1, maxLength: 3 });
  return edits.map((all) => all.reduce((bytes, edit) => edit(bytes), sample));
}

/** JSON as it is written here: what no value can be (a key that stands twice, a number without end) is text. */
type Json = { readonly raw: string } | { readonly entries: [string, Json][] } | { readonly items: Json[] };

type Change = (parts: { readonly json: Json; readonly slots: readonly Slot[] }) => void;

/** A place where a value stands, and what can be done to it. */
interface Slot {
  set(raw: string): void;
  remove(): void;
  /** Once more under this name; in a list, the same once more. */
  again(name: string | undefined, raw: string | undefined): void;
}

/** The same document with one to three values, names or members that are wrong; JSON still, as a rule. */
export function wrong(sample: string): fc.Arbitrary<string> {
  const change = fc.oneof(
    fc.tuple(fc.nat(), oddValue).map(
      ([which, raw]): Change =>
        ({ slots }) =>
          slots[which % slots.length]?.set(raw),
    ),
    fc.nat().map(
      (which): Change =>
        ({ slots }) =>
          slots[which % slots.length]?.remove(),
    ),
    fc.tuple(fc.nat(), fc.option(oddName, { nil: undefined }), fc.option(oddValue, { nil: undefined })).map(
      ([which, name, raw]): Change =>
        ({ slots }) =>
          slots[which % slots.length]?.again(name, raw),
    ),
  );
  const whole = oddValue;
  const parts = fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const json = toParts(JSON.parse(sample));
    for (const each of changes) each({ json, slots: slotsOf(json) });
    return write(json);
  });
  return fc.oneof({ arbitrary: parts, weight: 30 }, { arbitrary: whole, weight: 1 });
}

function toParts(value: unknown): Json {
  if (Array.isArray(value)) return { items: value.map(toParts) };
  if (typeof value === "object" && value !== null)
    return { entries: Object.entries(value).map(([key, each]) => [key, toParts(each)]) };
  return { raw: JSON.stringify(value) };
}

function slotsOf(json: Json): Slot[] {
  if ("raw" in json) return [];
  if ("items" in json) {
    const { items } = json;
    return items.flatMap((each, index) => [
      {
        set: (raw: string) => items.splice(index, 1, { raw }),
        remove: () => items.splice(index, 1),
        again: (_: unknown, raw: string | undefined) => items.push(raw === undefined ? each : { raw }),
      },
      ...slotsOf(each),
    ]);
  }
  const { entries } = json;
  return entries.flatMap(([key, each], index) => [
    {
      set: (raw: string) => entries.splice(index, 1, [key, { raw }]),
      remove: () => entries.splice(index, 1),
      again: (name: string | undefined, raw: string | undefined) =>
        entries.push([name ?? key, raw === undefined ? each : { raw }]),
    },
    ...slotsOf(each),
  ]);
}

function write(json: Json): string {
  if ("raw" in json) return json.raw;
  if ("items" in json) return `[${json.items.map(write).join(",")}]`;
  return `{${json.entries.map(([key, each]) => `${JSON.stringify(key)}:${write(each)}`).join(",")}}`;
}
