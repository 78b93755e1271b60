import { planes } from "../planes.js";
import { binds } from "../policy-expression.js";
import type { Rule } from "../rule.js";
import { relationsByName, tenantTablesByName } from "../tenancy.js";
import { rightsOfOthers } from "./rights.js";

export const accountsPolicy: Rule = {
  id: "accounts-policy",
  title: "The application sees its own account and no other.",
  severity: "high",
  check(facts) {
    const { accounts, context } = facts.target;
    const table = relationsByName(facts).get(accounts.table);
    const object = `table ${accounts.table}`;
    if (!table) {
      const allows = "What every guarantee refers to isn't there, so none of them was shown.";
      return { checked: 0, findings: [{ object, allows, evidence: "there is no such table", fix: null }] };
    }
    const { sideOf, runtime, acts } = planes(facts);
    const readers = rightsOfOthers(table, facts).filter(({ grantee }) => ["runtime", "public"].includes(sideOf(grantee)));
    if (readers.length === 0 || tenantTablesByName(facts).has(table.name)) return { checked: 1, findings: [] };
    const isFor = (role: string | null) => role === null || [...runtime].some((each) => each === role || acts(each).has(role));
    const open = table.policies.filter(
      ({ permissive, roles, using, command }) =>
        permissive &&
        command !== "insert" &&
        roles.some(isFor) &&
        using !== null &&
        !binds(using, accounts.key, context.expressions),
    );
    const narrowed = table.policies.some(
      ({ permissive, command, roles, using }) =>
        !permissive &&
        command === "all" &&
        roles.includes(null) &&
        using !== null &&
        binds(using, accounts.key, context.expressions),
    );
    if (table.rowSecurity && (open.length === 0 || narrowed)) return { checked: 1, findings: [] };
    const evidence = table.rowSecurity
      ? open.map(({ name, using }) => `policy ${name}: USING ${using}`).join("; ")
      : `row security disabled; ${readers.map(({ right, grantee }) => `${right} to ${grantee ?? "PUBLIC"}`).join(", ")}`;
    const allows = "Every tenant can list the others: who they are and how many.";
    return { checked: 1, findings: [{ object, allows, evidence, fix: null }] };
  },
};
