import type { DatabaseFunction } from "./catalog/catalog.js";
import { remember } from "./remember.js";
import type { Facts } from "./rule.js";

/** All functions of the catalog by their names with argument types. */
export const functionsByName = remember(
  ({ catalog }: Facts): ReadonlyMap<string, DatabaseFunction> => new Map(catalog.functions.map((each) => [each.name, each])),
);

/** `guard.sign(text, text)` without its arguments. */
export function bareName(name: string): string {
  return name.slice(0, name.indexOf("("));
}
