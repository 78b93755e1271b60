import type { Policy } from "../catalog/catalog.js";
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
    const isOwn = comparesAccount(expression, account, context.expressions);
    return `rows for which ${isOwn ? `${account} is the account of the signed context` : `${expression} holds`}`;
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

/** `account = context`, either way round, however PostgreSQL prints it. */
export function comparesAccount(expression: string, account: string, contexts: readonly string[]): boolean {
  const text = bare(expression);
  return contexts.some((context) => {
    const asked = bare(context);
    return text === `${bare(account)}=${asked}` || text === `${asked}=${bare(account)}`;
  });
}

/** Without what PostgreSQL adds when it prints: brackets around everything, and `SELECT … AS …` around a subselect. */
function bare(expression: string): string {
  return expression
    .replaceAll("()", "\u0000")
    .replaceAll(/\(\s*SELECT\s+(.+?)(\s+AS\s+"?\w+"?)?\s*\)/gi, "$1")
    .replaceAll(/[()\s"]/g, "")
    .replaceAll("\u0000", "()");
}
