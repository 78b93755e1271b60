import type { Policy, Relation } from "../catalog/catalog.js";
import { protectStatement } from "../names.js";
import { bare, operands } from "../policy-expression.js";
import type { Facts } from "../rule.js";
import { isHiddenPart, rightsOfOthers } from "./rights.js";
import { tableRule } from "./table-rule.js";

type Command = "select" | "insert" | "update" | "delete";

const ACTIONS: Readonly<Record<Command, string>> = { select: "read", insert: "create", update: "update", delete: "delete" };

/** Kept in several tables, or so special that `*` for a table doesn't stand for it. */
const RESOURCES: Readonly<Record<string, string>> = {
  "tenant.roles": "access",
  "tenant.role_permissions": "access",
  "tenant.user_roles": "access",
  "tenant.audit_log": "audit",
};

export const permissionPolicy = tableRule({
  id: "permission-policy",
  title: "Every command on a tenant table asks whether its actor holds the permission for it, cascades included.",
  severity: "high",
  appliesTo: ({ table }, facts) => facts.target.guard && !isHiddenPart(table, facts),
  flaws: ({ table, appendOnly }, facts) => {
    const open = (Object.keys(ACTIONS) as Command[]).filter(
      (command) =>
        rightsOfOthers(table, facts).some(({ right }) => right.toLowerCase() === command) &&
        !table.policies.some((policy) => asks(policy, command, { permission: permissionFor(table, command), facts })),
    );
    const cascades = appendOnly || checksDeletes(table) ? [] : ["deletes by cascade"];
    const missing = [...open.map((command) => `${command} (${permissionFor(table, command)})`), ...cascades];
    if (missing.length === 0) return [];
    return [
      {
        allows: "A user of a tenant does what none of its roles permits.",
        evidence: `nothing asks for the permission: ${missing.join(", ")}`,
        fix: protectStatement(table),
      },
    ];
  },
});

/** As guard.needed() says it. */
export function permissionFor({ name, schema, relation }: Relation, command: Command): string {
  const resource = RESOURCES[name] ?? (schema === "tenant" ? relation : `${schema}.${relation}`);
  return `${resource}:${resource === "access" && command !== "select" ? "manage" : ACTIONS[command]}`;
}

interface Asked {
  readonly permission: string;
  readonly facts: Facts;
}

/** Whether a policy narrows a command to actors who hold a permission, whoever runs it; the owner's functions may pass. */
function asks({ permissive, command, roles, using, check }: Policy, wanted: Command, { permission, facts }: Asked): boolean {
  if (permissive || (command !== "all" && command !== wanted) || !roles.includes(null)) return false;
  const expression = wanted === "insert" ? (check ?? using) : using;
  if (expression === null) return false;
  const passing = facts.target.roles.owners.map((owner) => `CURRENT_USER = '${owner}'::name`);
  const question = `guard.permits('${permission.replaceAll("'", "''")}'::text)`;
  const parts = operands(bare(expression), " OR ").map(bare);
  return parts.includes(question) && parts.every((part) => part === question || passing.includes(part));
}

function checksDeletes(table: Relation): boolean {
  return table.triggers.some(
    ({ enabled, timing, level, events, when, function: called, arguments: given }) =>
      enabled === "always" &&
      timing === "after" &&
      level === "statement" &&
      events.includes("delete") &&
      when === null &&
      called === "guard.check_delete()" &&
      given[0] === permissionFor(table, "delete"),
  );
}
