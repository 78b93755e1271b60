import type { DatabaseFunction } from "../catalog/catalog.js";
import { functionsByName } from "../functions.js";
import { planes } from "../planes.js";
import type { Facts } from "../rule.js";
import { isPinned } from "../search-path.js";
import { tableRule } from "./table-rule.js";

export const policyFunction = tableRule({
  id: "policy-function",
  title: "Every function that a policy asks is the owners', changes nothing and depends on no search path.",
  severity: "high",
  appliesTo: ({ table }) => table.policies.length > 0,
  flaws: ({ table }, facts) =>
    table.policies.flatMap((policy) =>
      policy.calls.flatMap((name) => {
        const wrong = wrongWith(functionsByName(facts).get(name), facts);
        if (wrong === null) return [];
        return [
          {
            allows:
              "Whoever can change the function, or what it means, changes what the policy lets through or is shown every row.",
            evidence: `policy ${policy.name} calls ${name}: ${wrong}`,
            fix: null,
          },
        ];
      }),
    ),
});

/** What keeps a function from being trusted with every row; null for nothing. */
export function wrongWith(called: DatabaseFunction | undefined, facts: Facts): string | null {
  if (!called) return null; // PostgreSQL's own
  const { sideOf } = planes(facts);
  if (sideOf(called.owner) !== "owner") return `owned by ${called.owner}`;
  if (called.volatility === "volatile") return "volatile";
  // A function in SQL that isn't pinned is looked up by its caller's path unless its body names every schema.
  if (!isPinned(called, facts) && (called.securityDefiner || called.language !== "sql")) return "its search_path isn't pinned";
  return null;
}
