import type { DatabaseFunction } from "./catalog/catalog.js";
import { planes } from "./planes.js";
import { remember } from "./remember.js";
import type { Facts } from "./rule.js";

/** Schemas in which only owners may make objects. */
const closedSchemas = remember((facts: Facts): ReadonlySet<string> => {
  const { sideOf } = planes(facts);
  const closed = facts.catalog.schemas.filter(
    ({ owner, grants }) =>
      (owner === "pg_database_owner" || sideOf(owner) === "owner") &&
      grants.every(({ right, grantee }) => right !== "CREATE" || grantee === "pg_database_owner" || sideOf(grantee) === "owner"),
  );
  return new Set(closed.map(({ name }) => name));
});

/** The schemas of a search_path setting, `name=value`, or null for another setting. */
export function searchPathOf(setting: string): readonly string[] | null {
  const [name, value = ""] = split(setting);
  if (name.toLowerCase() !== "search_path") return null;
  return value.split(",").map((each) => each.trim().replace(/^"(.*)"$/, "$1"));
}

/** `name=value` in two. */
export function split(setting: string): readonly [string, string] {
  const at = setting.indexOf("=");
  return [setting.slice(0, at), setting.slice(at + 1)];
}

/** Whether nobody but the owners can put something in the way of a path: `pg_temp` is looked in first unless it comes last. */
export function isSafePath(path: readonly string[], facts: Facts): boolean {
  const named = path.filter((schema) => schema !== "" && schema !== "pg_temp");
  const hasTempLast = path.indexOf("pg_temp") === path.length - 1;
  const onlyCatalog = named.every((schema) => schema === "pg_catalog");
  return named.every((schema) => closedSchemas(facts).has(schema)) && (onlyCatalog || hasTempLast || !mayMakeTemporary(facts));
}

/** Whether anybody but the owners may make temporary objects. */
const mayMakeTemporary = remember((facts: Facts): boolean => {
  const { sideOf } = planes(facts);
  return facts.catalog.database.grants.some(({ right, grantee }) => right === "TEMPORARY" && sideOf(grantee) !== "owner");
});

/** Whether a function finds what it names whatever its caller's search_path is. */
export function isPinned({ settings }: DatabaseFunction, facts: Facts): boolean {
  return settings.some((setting) => {
    const path = searchPathOf(setting);
    return path !== null && isSafePath(path, facts);
  });
}
