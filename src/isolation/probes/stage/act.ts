import type { Identity } from "./identity.js";
import type { Answer } from "./session.js";
import { identifier, literal } from "./sql.js";
import type { Stage } from "./stage.js";
import type { TenantTable } from "./tables.js";

/** Tries statements as a role, in an account or in none. */
export function attemptAs(stage: Stage, identity: Identity, accountId: string | null, ...statements: string[]): Promise<Answer> {
  return stage.session.try(...standAs(stage, identity, accountId), ...statements);
}

/** What makes the session a role in an account, for the rest of a message. */
export function standAs(
  { contexts }: Pick<Stage, "contexts">,
  { plane, statements }: Identity,
  accountId: string | null,
): string[] {
  const now = "SET CONSTRAINTS ALL IMMEDIATE";
  if (accountId === null) return [now, ...statements];
  // The control plane has no way into an account: it is put there, so that nothing but its rights can stop it.
  return plane === "runtime" ? [now, ...statements, contexts.enter(accountId)] : [now, contexts.enter(accountId), ...statements];
}

/** The condition that a row is an account's. */
export function isOf({ account }: TenantTable, accountId: string): string {
  return `${identifier(account)} = ${literal(accountId)}`;
}

/** The condition that it is anybody else's, or nobody's. */
export function isNotOf({ account }: TenantTable, accountId: string): string {
  return `${identifier(account)} IS DISTINCT FROM ${literal(accountId)}`;
}
