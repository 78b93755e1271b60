import { createHmac } from "node:crypto";
import { AzoraError } from "../errors.js";

/** A secret that signs contexts; the database holds its counterpart in guard.context_keys. */
export interface ContextKey {
  /** Names the key in the token: 1 to 32 letters, digits, `_` or `-`. */
  readonly id: string;
  /** 32 random bytes. */
  readonly secret: Buffer;
}

/** Who is asking, and inside which tenant. */
export interface TenantContext {
  /** `control.accounts.id`. */
  readonly accountId: string;
  /**
   * Whoever acts, as the audit log shall name them. `user:<id>` is a user of the tenant and may do what its roles
   * hold; any other name (a job's, an operator's) is the application itself, which may do everything inside the tenant.
   */
  readonly actor: string;
}

const LIFETIME_S = 60;
const USER = "user:";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The actor that a user of the tenant is. @param id `tenant.users.id` */
export function userActor(id: string): string {
  return `${USER}${id}`;
}

/** Whether an actor is a user of the tenant, held to what its roles permit. */
export function isUserActor(actor: string): boolean {
  return actor.startsWith(USER);
}

/**
 * Refuses a context that could not be signed as it is meant.
 * @throws AzoraError INVALID_INPUT
 */
export function checkContext({ accountId, actor }: TenantContext): void {
  if (typeof accountId !== "string" || !UUID.test(accountId)) {
    throw new AzoraError("INVALID_INPUT", "The accountId of a tenant context must be a UUID.");
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
  if (typeof actor !== "string" || actor.length === 0 || actor.length > 200 || /[\u0000-\u001f]/.test(actor)) {
    throw new AzoraError("INVALID_INPUT", "The actor of a tenant context must be 1 to 200 printable characters.");
  }
  if (isUserActor(actor) && !UUID.test(actor.slice(USER.length))) {
    throw new AzoraError("INVALID_INPUT", "An actor that begins with user: must go on with the id of a user of the tenant.");
  }
}

/**
 * Signs a context: `<HMAC-SHA-256, hex>.<key id>.<expiry>.<account>.<actor>`, as
 * guard.current_account() takes it.
 * @param expiresAt seconds since 1970
 */
export function signContext(key: ContextKey, { accountId, actor }: TenantContext, expiresAt: number): string {
  const who = isUserActor(actor) ? actor.toLowerCase() : actor;
  const message = `${key.id}.${Math.floor(expiresAt)}.${accountId.toLowerCase()}.${who}`;
  return `${createHmac("sha256", key.secret).update(`azora.context.${message}`).digest("hex")}.${message}`;
}

/**
 * Signs one context again and again, each signature used for half of its life, so that
 * signing costs nothing on most statements and a token is never about to expire when it leaves.
 */
export function contextSigner(key: ContextKey, context: TenantContext): () => string {
  let token = "";
  let renewAt = 0;
  return () => {
    const now = Date.now() / 1000;
    if (now >= renewAt) {
      token = signContext(key, context, now + LIFETIME_S);
      renewAt = now + LIFETIME_S / 2;
    }
    return token;
  };
}
