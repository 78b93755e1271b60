import { canonicalText } from "../fingerprint.js";
import type { Change, ChangeClass } from "./change.js";

/** What a field's new value means; what no judge knows is for a person to look at. */
export type Judges<T> = { readonly [K in keyof T]?: (before: T[K], after: T[K]) => ChangeClass };

/**
 * Every field that differs, none left out: lists of things that have names of their own are compared elsewhere and
 * named in `elsewhere`.
 */
export function fieldChanges<T extends object>(
  object: string,
  { before, after }: { readonly before: T; readonly after: T },
  judges: Judges<T>,
  elsewhere: readonly (keyof T)[] = [],
): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof T & string)[];
  return names
    .filter((name) => name !== "oid" && !elsewhere.includes(name))
    .filter((name) => canonicalText(before[name], name) !== canonicalText(after[name], name))
    .map((name) => ({
      class: judgeOf(judges, name)?.(before[name], after[name]) ?? "look",
      object,
      what: `${name} changed`,
      before: show(before[name]),
      after: show(after[name]),
    }));
}

/** Every object knows `toString`: a field that is called so has no judge for that. */
function judgeOf<T extends object, K extends keyof T>(judges: Judges<T>, name: K): Judges<T>[K] | undefined {
  return Object.hasOwn(judges, name) ? judges[name] : undefined;
}

export function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

/** Dangerous when it is set, safe when it is taken back. */
export function turnedOn(_: boolean, after: boolean): ChangeClass {
  return after ? "dangerous" : "safe";
}

/** Dangerous when it is taken away, safe when it is set. */
export function turnedOff(_: boolean, after: boolean): ChangeClass {
  return after ? "safe" : "dangerous";
}

export function always(): ChangeClass {
  return "dangerous";
}
