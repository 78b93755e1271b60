import type { Relation } from "../catalog/catalog.js";
import { planes } from "../planes.js";
import type { Facts, Flaw, Rule } from "../rule.js";
import { relationsByName, tenantTablesByName } from "../tenancy.js";
import { isInvoker, tenantViews } from "../views.js";
import { isReachable } from "./rights.js";

export const view: Rule = {
  id: "view-past-policies",
  title: "Every view shows its reader only what the policies show.",
  severity: "critical",
  check(facts) {
    const views = facts.catalog.relations.filter(({ kind, extension }) => kind === "view" && extension === null);
    return { checked: views.length, findings: views.flatMap((each) => flaws(each, facts)) };
  },
};

function flaws(each: Relation, facts: Facts): readonly Flaw[] {
  if (isInvoker(each)) return [];
  const past = each.reads.filter((name) => passesBy(each.owner, name, facts));
  const ofSystem = /\bpg_\w+|\binformation_schema\b/.test(each.definition ?? "");
  const isOpen = isReachable(each, facts);
  const isTenants = tenantViews(facts).has(each.name);
  if (isTenants ? past.length === 0 : !isOpen || (past.length === 0 && !ofSystem)) return [];
  return [
    {
      object: `view ${each.name}`,
      severity: isOpen ? (isTenants ? "critical" : "high") : "medium",
      allows: isTenants
        ? "The view reads as its owner, whom no policy stops: whoever may read it sees the rows of every tenant."
        : "The view reads as its owner what its reader has no right on.",
      evidence: `owner ${each.owner}, not security_invoker, reads ${past.join(", ") || "the system's catalog"}`,
      fix: `ALTER VIEW ${each.name} SET (security_invoker = true);`,
    },
  ];
}

/** Whether a view's owner reads a relation without a policy that binds it to an account. */
function passesBy(owner: string, name: string, facts: Facts): boolean {
  const { roles, acts } = planes(facts);
  const role = roles.get(owner);
  const relation = relationsByName(facts).get(name);
  if (relation?.kind === "view") return false; // judged for itself
  if (relation?.kind === "materialized view") return false; // has a rule of its own
  const table = tenantTablesByName(facts).get(name)?.table;
  if (!table) return true;
  if (!role || role.superuser || role.bypassRls) return true;
  const isOwners = table.owner === owner || acts(owner).has(table.owner);
  return isOwners && !table.forceRowSecurity;
}
