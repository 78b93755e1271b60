import { invalidParams } from "../world/stripe-fault.js";
import type { World } from "../world/world.js";

/** Parts that an object only has when they are asked for. */
export type Includable = (world: World, object: { readonly id: string }) => unknown;
export type Includables = Readonly<Record<string, Includable>>;

type Json = Record<string, unknown>;

const DEEPEST = 4;

export interface ExpandOptions {
  readonly world: World;
  /** By `object.property`: `invoice.payments`. */
  readonly includables: Includables;
}

/**
 * Puts whole objects where ids stand, along paths like `data.latest_invoice.payments`.
 * @param answer a copy that may be written into
 * @throws StripeFault 400 for a path that leads to no id
 */
export function expand(answer: unknown, paths: readonly string[], options: ExpandOptions): void {
  for (const path of paths) {
    const steps = path.split(".");
    if (steps.length > DEEPEST) {
      throw invalidParams(`You cannot expand more than ${DEEPEST} levels of a property. Property: ${path}`, { param: "expand" });
    }
    walk(answer, steps, { ...options, path });
  }
}

function walk(node: unknown, [step = "", ...rest]: readonly string[], options: ExpandOptions & { readonly path: string }): void {
  if (Array.isArray(node)) {
    for (const element of node) walk(element, [step, ...rest], options);
    return;
  }
  const parent = node as Json;
  const value = wholeOf(parent, step, options);
  if (value === null) return;
  parent[step] = value;
  if (rest.length > 0) walk(value, rest, options);
}

function wholeOf(parent: Json, step: string, { world, includables, path }: ExpandOptions & { readonly path: string }): unknown {
  const include = includables[`${parent.object}.${step}`];
  const value = parent[step] ?? (include ? copy(include(world, parent as { id: string })) : parent[step]);
  if (value === null || typeof value === "object") return value;
  const found = typeof value === "string" && step !== "id" ? world.store.findAny(value) : undefined;
  if (!found) {
    const data = parent.object === "list" ? ` You may want to try expanding 'data.${path}' instead.` : "";
    throw invalidParams(`This property cannot be expanded (${path}).${data}`, { param: "expand" });
  }
  return copy(found);
}

function copy(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
