import type { Relation } from "./catalog/catalog.js";
import { remember } from "./remember.js";
import type { Facts } from "./rule.js";
import { tenantTablesByName } from "./tenancy.js";

/** Names of views and materialized views that read a tenant table, directly or through others. */
export const tenantViews = remember((facts: Facts): ReadonlySet<string> => {
  const views = facts.catalog.relations.filter(isView);
  const readers = new Map<string, string[]>();
  for (const { name, reads } of views) for (const read of reads) readers.set(read, [...(readers.get(read) ?? []), name]);
  const found = new Set<string>();
  const open = [...tenantTablesByName(facts).keys()];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const reader of readers.get(name) ?? []) {
      if (found.has(reader)) continue;
      found.add(reader);
      open.push(reader);
    }
  }
  return found;
});

export function isView({ kind }: Relation): boolean {
  return kind === "view" || kind === "materialized view";
}

/** Whether a view asks its reader's rights and policies, not its owner's. */
export function isInvoker({ options }: Relation): boolean {
  return options.some((option) => /^security_invoker=(?:true|on|1|yes)$/i.test(option));
}
