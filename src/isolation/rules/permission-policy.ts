import type { Policy, Relation, Trigger } from "../catalog/catalog.js";
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
  flaws: ({ table }, facts) => {
    const missing = (Object.keys(ACTIONS) as Command[])
      .filter((command) => rightsOfOthers(table, facts).some(({ right }) => right.toLowerCase() === command))
      .map((command) => ({ command, permission: permissionFor(table, command) }))
      .filter(({ command, permission }) =>
        command === "select"
          ? !table.policies.some((policy) => asks(policy, permission, facts))
          : !isChecked(table, command, permission),
      );
    if (missing.length === 0) return [];
    return [
      {
        allows: "A user of a tenant does what none of its roles permits.",
        evidence: `nothing asks for ${missing.map(({ permission }) => permission).join(", ")}`,
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

/** Whether a policy narrows reading to actors who hold a permission, whoever runs it; the owner's functions may pass. */
function asks({ permissive, command, roles, using }: Policy, permission: string, { target }: Facts): boolean {
  if (permissive || (command !== "all" && command !== "select") || !roles.includes(null) || using === null) return false;
  const passing = target.roles.owners.map((owner) => `CURRENT_USER = '${owner}'::name`);
  const question = `guard.holds('${permission.replaceAll("'", "''")}'::text)`;
  const parts = operands(bare(using), " OR ").map(bare);
  return parts.includes(question) && parts.every((part) => part === question || passing.includes(part));
}

const DIRECT = /^\(?CURRENT_USER <> 'azora_owner'::name\)?$/;
const CASCADED = /^\(?CURRENT_USER = 'azora_owner'::name\)?$/;

/** Before it writes anything; a delete by a cascade, which runs as the owner and looks into every table, after it. */
function isChecked({ triggers }: Relation, command: Command, permission: string): boolean {
  const has = (called: string, timing: Trigger["timing"], mayHold: (when: string | null) => boolean) =>
    triggers.some(
      (trigger) =>
        trigger.enabled === "always" &&
        trigger.timing === timing &&
        trigger.level === "statement" &&
        trigger.events.some((event) => event === command) &&
        trigger.columns.length === 0 &&
        mayHold(trigger.when) &&
        trigger.function === called &&
        trigger.arguments[0] === permission,
    );
  const direct = has("guard.check_write()", "before", (when) => when === null || (command === "delete" && DIRECT.test(when)));
  if (command !== "delete" || !direct) return direct;
  return has("guard.check_cascade()", "after", (when) => when === null || CASCADED.test(when));
}
