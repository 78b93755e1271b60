import type { TenantContext } from "azora";

/** What an application keeps of somebody who has logged in. */
export interface Session {
  readonly accountId: string;
  readonly userId: string;
}

/** Looks a session up by the secret in its cookie: in Redis, in a table, wherever an application keeps them. */
export type FindSession = (secret: string) => Promise<Session | undefined>;

/** The session of a request. Its cookie is all that is believed; no header, path or body names a tenant. */
export async function sessionOf(cookies: string | null | undefined, find: FindSession): Promise<Session | undefined> {
  const [, secret] = /(?:^|;\s*)session=([\w-]+)/.exec(cookies ?? "") ?? [];
  return secret ? find(secret) : undefined;
}

/** Who asks, for the database: a user of the tenant, who may do what its roles hold. */
export function contextOf({ accountId, userId }: Session): TenantContext {
  return { accountId, actor: `user:${userId}` };
}
