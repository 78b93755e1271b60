import type { JsonSchema } from "../contract/json-schema.js";
import { invalidParams } from "../world/stripe-fault.js";
import type { World } from "../world/world.js";
import { type Definitions, resolve } from "./params.js";

/** Parts that an object only has when they are asked for. */
export type Includable = (world: World, object: { readonly id: string }) => unknown;
export type Includables = Readonly<Record<string, Includable>>;

type Json = Record<string, unknown>;

const DEEPEST = 4;

/**
 * Refuses paths that lead to no object, by the answer's type: before anything is done.
 * @throws StripeFault 400
 */
export function checkExpand(definitions: Definitions, answer: JsonSchema, paths: readonly string[]): void {
  for (const path of paths) {
    const steps = path.split(".");
    if (steps.length > DEEPEST) {
      throw invalidParams(`You cannot expand more than ${DEEPEST} levels of a property. Property: ${path}`, { param: "expand" });
    }
    const root = objectsOf(definitions, answer);
    const found = steps.reduce(
      (parents, step) =>
        parents.flatMap(({ properties }) => (properties?.[step] ? objectsOf(definitions, properties[step]) : [])),
      root,
    );
    if (found.length === 0) {
      const isList = root.some(({ properties }) => properties?.has_more);
      const hint = isList && steps[0] !== "data" ? ` You may want to try expanding 'data.${path}' instead.` : "";
      throw invalidParams(`This property cannot be expanded (${path}).${hint}`, { param: "expand" });
    }
  }
}

/** The objects that a value may be, or hold as a list. */
function objectsOf(definitions: Definitions, given: JsonSchema): JsonSchema[] {
  const schema = resolve(definitions, given);
  if (schema.anyOf) return schema.anyOf.flatMap((alternative) => objectsOf(definitions, alternative));
  if (schema.items) return objectsOf(definitions, schema.items);
  return schema.type === "object" ? [schema] : [];
}

export interface ExpandOptions {
  readonly world: World;
  /** By `object.property`: `invoice.payments`. */
  readonly includables: Includables;
}

/**
 * Puts whole objects where ids stand, along paths like `data.latest_invoice.payments`.
 * @param answer a copy that may be written into
 */
export function expand(answer: unknown, paths: readonly string[], options: ExpandOptions): void {
  for (const path of paths) walk(answer, path.split("."), options);
}

function walk(node: unknown, [step = "", ...rest]: readonly string[], options: ExpandOptions): void {
  if (Array.isArray(node)) {
    for (const element of node) walk(element, [step, ...rest], options);
    return;
  }
  const parent = node as Json;
  const value = wholeOf(parent, step, options);
  if (value === null || value === undefined) return;
  parent[step] = value;
  if (rest.length > 0 && typeof value === "object") walk(value, rest, options);
}

function wholeOf(parent: Json, step: string, { world, includables }: ExpandOptions): unknown {
  const value = parent[step];
  const include = includables[`${parent.object}.${step}`];
  if (value === undefined && include) return copy(include(world, parent as { id: string }));
  const found = typeof value === "string" ? world.store.findAny(value) : undefined;
  return found ? copy(found) : value;
}

function copy(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
