import type { Policy, Relation } from "../catalog/catalog.js";
import { quoteIdentifier } from "../names.js";
import { binds } from "../policy-expression.js";
import type { Facts } from "../rule.js";
import type { TenantTable } from "../tenancy.js";
import { isHiddenPart, rightsOfOthers } from "./rights.js";
import { type TableFlaw, tableRule } from "./table-rule.js";

type Command = "select" | "insert" | "update" | "delete";

/** What a policy is asked: which rows are there, and which may be written. */
type Question = "using" | "check";

const QUESTIONS: readonly (readonly [Command, Question])[] = [
  ["select", "using"],
  ["insert", "check"],
  ["update", "using"],
  ["update", "check"],
  ["delete", "using"],
];

export const policyUnbound = tableRule({
  id: "policy-unbound",
  title: "Every policy lets through rows of the asking account only, for every command, in reading and in writing.",
  severity: "critical",
  appliesTo: ({ table }, facts) => !isHiddenPart(table, facts),
  flaws: (table, facts) =>
    table.table.policies.filter(({ permissive }) => permissive).flatMap((policy) => flawsOf(policy, table, facts)),
});

/** Permissive policies are ORed, so each must hold by itself or be narrowed by a restrictive one for whoever it is for. */
function flawsOf(policy: Policy, { table, account, appendOnly }: TenantTable, facts: Facts): readonly TableFlaw[] {
  const open = QUESTIONS.filter(([command, question]) => {
    if (policy.command !== "all" && policy.command !== command) return false;
    const contexts = contextsFor({ table, question, appendOnly, facts });
    const isBound = (each: Policy) => {
      const expression = asked(each, question);
      // Without an expression a permissive policy lets nothing through, and a restrictive one changes nothing.
      return expression === null ? each.permissive : binds(expression, account, contexts);
    };
    if (isBound(policy)) return false;
    return !table.policies.some((other) => !other.permissive && narrows(other, policy, command) && isBound(other));
  });
  if (open.length === 0) return [];
  const writes = open.some(([, question]) => question === "check");
  const reads = open.some(([, question]) => question === "using");
  const context = facts.target.context.expressions[0] ?? "the context";
  return [
    {
      allows: reads
        ? "The policy's condition isn't known to leave other tenants' rows out, and policies are ORed: one is enough."
        : "Rows can be written into other tenants: the policy's check isn't known to refuse them.",
      evidence: `policy ${policy.name} for ${[...new Set(open.map(([command]) => command))].join(", ")}: ${
        reads ? `USING ${policy.using}` : ""
      }${reads && writes ? " " : ""}${writes ? `WITH CHECK ${asked(policy, "check")}` : ""}`,
      fix: table.columns.some(({ name }) => name === account)
        ? `ALTER POLICY ${quoteIdentifier(policy.name)} ON ${table.name} ${fixOf(policy, `${quoteIdentifier(account)} = (SELECT ${context})`)};`
        : null,
    },
  ];
}

function fixOf({ command }: Policy, condition: string): string {
  const using = command === "insert" ? "" : `USING (${condition})`;
  const check = command === "select" || command === "delete" ? "" : `WITH CHECK (${condition})`;
  return [using, check].filter(Boolean).join(" ");
}

/** Without WITH CHECK, USING serves as the check. */
function asked({ using, check }: Policy, question: Question): string | null {
  return question === "using" ? using : (check ?? using);
}

/** Whether a restrictive policy holds wherever a permissive one does. */
function narrows(restrictive: Policy, permissive: Policy, command: Command): boolean {
  const sameCommand = restrictive.command === "all" || restrictive.command === command;
  const { roles } = restrictive;
  return sameCommand && (roles.includes(null) || permissive.roles.every((role) => roles.includes(role)));
}

interface ContextQuestion {
  readonly table: Relation;
  readonly question: Question;
  readonly appendOnly: boolean;
  readonly facts: Facts;
}

/** The guard's own log is checked by the account that its token claims: only functions that have proved it can write there. */
function contextsFor({ table, question, appendOnly, facts }: ContextQuestion): readonly string[] {
  const { context, guard } = facts.target;
  if (!guard || !appendOnly || question === "using") return context.expressions;
  const isWritten = rightsOfOthers(table, facts).some(({ right }) => right === "INSERT" || right === "UPDATE");
  return isWritten ? context.expressions : [...context.expressions, "guard.claimed_account()"];
}
