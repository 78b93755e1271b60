import { randomBytes, randomUUID } from "node:crypto";
import type { Target } from "../../target.js";
import type { Session } from "./session.js";
import { literal } from "./sql.js";

/** Statements that put a session into a tenant, honestly and otherwise. */
export interface Contexts {
  /** Enters an account, for the rest of the transaction. */
  enter(accountId: string): string;
  /** Undoes enter(); null where nobody can tell how. */
  readonly leave: string | null;
  /** As enter(), with a signature that was good once. Null where contexts aren't signed. */
  readonly expired: ((accountId: string) => string) | null;
  /** As enter(), but in the name of a user of the account; null where no context names one. */
  readonly user: { readonly actor: string; enter(accountId: string): string } | null;
  /** Texts that nobody signed for this account, by what is wrong with them; empty where contexts aren't signed. */
  forgeries(accountId: string, ownAccountId: string): Readonly<Record<string, string>>;
}

/** The actor that a stage's contexts name. */
export const ACTOR = "isolation-probe";

/** @returns the target's way into these accounts, or a sentence saying why there is none */
export async function openContexts(
  session: Session,
  { guard, context }: Target,
  accountIds: readonly string[],
): Promise<Contexts | string> {
  if (guard) return signedContexts(session, accountIds);
  const { enter } = context;
  if (enter === null) return "The target doesn't say how a session enters a tenant (context.enter).";
  return {
    enter: (accountId) => enter.replace(/\$1(?!\d)/g, () => literal(accountId)),
    leave: leaving(enter),
    expired: null,
    user: null,
    forgeries: () => ({}),
  };
}

/** Settings that a way in names; none for one that goes through a function of the application's. */
export function contextSettings(enter: string): readonly string[] {
  const found = enter.matchAll(/set_config\(\s*'([\w.]+)'|\bSET\s+(?:LOCAL\s+|SESSION\s+)?([\w.]+)\s*(?:=|TO\b)/gi);
  return [...found].map(([, first, second]) => first ?? second ?? "");
}

function leaving(enter: string): string | null {
  const names = contextSettings(enter);
  return names.length === 0 ? null : `SELECT ${names.map((name) => `pg_catalog.set_config('${name}', '', true)`).join(", ")}`;
}

/** Takes any text for a context. */
export function setToken(token: string): string {
  return `SELECT guard.set_context(${literal(token)})`;
}

/** azora's: the database signs with keys of this transaction's own, so an installation's stay untouched. */
async function signedContexts(session: Session, accountIds: readonly string[]): Promise<Contexts | string> {
  const [key, retired] = [`probe-${randomBytes(6).toString("hex")}`, `probe-${randomBytes(6).toString("hex")}`];
  const made = await session.keep(
    `INSERT INTO guard.context_keys (id, inner_pad, outer_pad, created_at)
     VALUES ${[key, retired].map((id) => `('${id}', ${pad()}, ${pad()}, now() - interval '1 year')`).join(", ")}`,
  );
  if (made.state !== null) return `No context can be signed: ${made.text}`;
  const actor = `user:${randomUUID()}`;
  const good = await sign(session, accountIds, { key, seconds: 3600 });
  const expired = await sign(session, accountIds, { key, seconds: -5 });
  const old = await sign(session, accountIds, { key: retired, seconds: 3600 });
  const users = await sign(session, accountIds, { key, seconds: 3600, actor });
  await session.keep(`UPDATE guard.context_keys SET retired_at = now() WHERE id = '${retired}'`);
  const tokenOf = (tokens: ReadonlyMap<string, string>, accountId: string) => tokens.get(accountId) ?? "";
  return {
    enter: (accountId) => setToken(tokenOf(good, accountId)),
    leave: setToken(""),
    expired: (accountId) => setToken(tokenOf(expired, accountId)),
    user: { actor, enter: (accountId) => setToken(tokenOf(users, accountId)) },
    forgeries: (accountId, ownAccountId) => ({
      "a signature of zeros": `${"0".repeat(64)}.${tokenOf(good, accountId).slice(65)}`,
      "another account's signature": tokenOf(good, ownAccountId).replace(ownAccountId, accountId),
      "a key that doesn't exist": tokenOf(good, accountId).replace(key, "nobody"),
      "a retired key": tokenOf(old, accountId),
      "the account alone": accountId,
    }),
  };
}

async function sign(
  session: Session,
  accountIds: readonly string[],
  { key, seconds, actor = ACTOR }: { readonly key: string; readonly seconds: number; readonly actor?: string },
): Promise<ReadonlyMap<string, string>> {
  const rows = await session.look<{ account: string; token: string }>(`
    SELECT account, guard.sign('${key}', message) || '.' || message AS token
    FROM (SELECT account, concat_ws('.', '${key}', extract(epoch FROM transaction_timestamp())::bigint + ${seconds}, account, '${actor}') AS message
          FROM unnest(ARRAY[${accountIds.map(literal).join(", ")}]::text[]) account) m`);
  return new Map(rows.map(({ account, token }) => [account, token]));
}

function pad(): string {
  return `decode('${randomBytes(64).toString("hex")}', 'hex')`;
}
