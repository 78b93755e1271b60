import type { DatabaseFunction } from "../catalog/catalog.js";
import { bareName } from "../functions.js";
import { SHIPPED } from "../guard/shipped.js";
import { granteeName } from "../names.js";
import { describeGrant, planes } from "../planes.js";
import type { Facts, Flaw, Rule } from "../rule.js";
import { isPinned } from "../search-path.js";

export const definerFunction: Rule = {
  id: "definer-function",
  title: "Nobody runs a function with the owners' rights but the guard's and the control plane's, each as it is meant.",
  severity: "high",
  check(facts) {
    const functions = facts.catalog.functions.filter(({ securityDefiner, kind }) => securityDefiner && kind !== "aggregate");
    return { checked: functions.length, findings: functions.flatMap((each) => flaws(each, facts)) };
  },
};

function flaws(each: DatabaseFunction, facts: Facts): readonly Flaw[] {
  const { sideOf, roles } = planes(facts);
  // A definer that has no more rights than the strangers of the database gives none away.
  const owner = roles.get(each.owner);
  if (sideOf(each.owner) === "stranger" && !owner?.superuser && !owner?.bypassRls) return [];
  const isOurs = facts.target.guard && SHIPPED.functions.has(bareName(each.name));
  const strange = each.grants.filter(
    ({ grantee, grantable }) =>
      sideOf(grantee) !== "owner" && (grantable || !isOurs || !SHIPPED.executeRights.has(`${bareName(each.name)} ${grantee}`)),
  );
  if (strange.length === 0) return [];
  const path = isPinned(each, facts) ? "" : "; its search_path isn't pinned to closed schemas";
  return [
    {
      object: `function ${each.name}`,
      severity: isOurs || path !== "" ? "critical" : "high",
      allows: "Whoever may execute it does what it does with rights past the policies.",
      evidence: `SECURITY DEFINER, owner ${each.owner}; ${strange.map((grant) => describeGrant(grant)).join(", ")}${path}`,
      fix: strange.map(({ grantee }) => `REVOKE EXECUTE ON ROUTINE ${each.name} FROM ${granteeName(grantee)};`).join(" "),
    },
  ];
}

export const guardExecute: Rule = {
  id: "guard-execute",
  title: "Of the guard's and the control plane's functions each role may execute those that are meant for it.",
  severity: "critical",
  check(facts) {
    if (!facts.target.guard) return { checked: 0, findings: [] };
    const { sideOf } = planes(facts);
    const functions = facts.catalog.functions.filter(
      ({ name, securityDefiner }) => SHIPPED.functions.has(bareName(name)) && !securityDefiner,
    );
    const findings = functions.flatMap((each) =>
      each.grants
        .filter(
          ({ grantee, grantable }) =>
            sideOf(grantee) !== "owner" && (grantable || !SHIPPED.executeRights.has(`${bareName(each.name)} ${grantee}`)),
        )
        .map((grant) => ({
          object: `function ${each.name}`,
          allows: "A function that signs contexts, or changes what is guarded, can be called by whom it isn't meant for.",
          evidence: describeGrant(grant),
          fix: `REVOKE EXECUTE ON ROUTINE ${each.name} FROM ${granteeName(grant.grantee)};`,
        })),
    );
    return { checked: functions.length, findings };
  },
};
