import { planes } from "../planes.js";
import { isHiddenPart, rightsOfOthers } from "./rights.js";
import { tableRule } from "./table-rule.js";

const COMMANDS: Readonly<Record<string, string>> = { SELECT: "select", INSERT: "insert", UPDATE: "update", DELETE: "delete" };

export const policyMissing = tableRule({
  id: "policy-missing",
  title: "Every right that the application has on a tenant table is ruled by a policy for it.",
  severity: "medium",
  appliesTo: ({ table }, facts) => table.rowSecurity && !isHiddenPart(table, facts),
  flaws: ({ table }, facts) => {
    const { acts, sideOf } = planes(facts);
    const missing = rightsOfOthers(table, facts).filter(({ grantee, right }) => {
      const command = COMMANDS[right];
      if (command === undefined || sideOf(grantee) !== "runtime") return false;
      const appliesTo = (role: string | null) => role === null || role === grantee || acts(grantee ?? "").has(role);
      return !table.policies.some(
        (policy) => policy.permissive && (policy.command === "all" || policy.command === command) && policy.roles.some(appliesTo),
      );
    });
    if (missing.length === 0) return [];
    return [
      {
        allows: "The right is there and no row to use it on: a policy that is added to mend that decides about every tenant.",
        evidence: `no permissive policy for ${[...new Set(missing.map(({ right, grantee }) => `${right} to ${grantee}`))].join(", ")}`,
        fix: null,
      },
    ];
  },
});
