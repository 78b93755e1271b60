import type { Policy } from "../catalog/catalog.js";
import { binds } from "../policy-expression.js";
import type { Target } from "../target.js";

const VERB: Readonly<Record<Policy["command"], string>> = {
  all: "read, insert, update and delete",
  select: "read",
  insert: "insert",
  update: "update",
  delete: "delete",
};

/** What a policy does, for somebody who doesn't read SQL. What isn't the one known form is quoted, not explained. */
export function policyInWords(policy: Policy, account: string, { context }: Pick<Target, "context">): string {
  const { permissive, command, roles, using, check } = policy;
  const who = roles.map((role) => role ?? "every role").join(", ");
  const rows = (expression: string | null) => {
    if (expression === null) return "every row";
    if (!binds(expression, account, context.expressions)) return `rows for which ${expression} holds`;
    const own = `rows whose ${account} is the account of the signed context`;
    return expression.includes(" AND ") ? `${own}, as far as ${expression} holds` : own;
  };
  const seen = command === "insert" ? check : using;
  const sentence = `${permissive ? `Lets ${who}` : `Limits ${who} to`} ${VERB[command]} ${rows(seen)}`;
  const writes = command === "all" || command === "update";
  if (!writes) return `${sentence}.`;
  // Without a WITH CHECK of its own PostgreSQL holds new rows against USING.
  const isSame = check === null || rows(check) === rows(using);
  return isSame
    ? `${sentence}; rows that are written must be such rows too.`
    : `${sentence}; rows that are written must be ${rows(check)}.`;
}
