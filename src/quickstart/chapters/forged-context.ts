import { randomBytes } from "node:crypto";
import { signContext } from "../../tenant-plane/context.js";
import { openTenantDb } from "../../tenant-plane/tenant-db.js";
import type { Stage } from "../stage.js";
import { found } from "./other-tenant.js";
import type { Cast } from "./tenants.js";

const FORGED = { refused: ["CONTEXT_INVALID"] } as const;
const COUNT = "SELECT number FROM tenant.documents";

/** B claims to be A: with a key of its own, with a token whose account it exchanged, and with no token at all. */
export async function tryForgedContext(stage: Stage, { a, b }: Cast): Promise<void> {
  const { engine, contextKey } = stage.tenant;
  stage.report({
    kind: "done",
    what: "A context is a signed token: HMAC-SHA-256 . key id . expiry . account . actor. PostgreSQL checks it for every statement.",
  });

  const ownKey = { id: contextKey.id, secret: randomBytes(32) };
  const forger = openTenantDb({ engine, contextKey: ownKey }, { accountId: a.id, actor: b.user });
  await stage.attempt(
    {
      by: b.part,
      tries: "signs a context of A with a key of their own",
      statement: `tenantDb({ accountId: "${a.id}" }) with another key; db.document.findMany()`,
      promised: FORGED,
    },
    async () => found(await forger.document.findMany({ select: { number: true } })),
  );

  const inAMinute = Date.now() / 1000 + 60;
  const exchanged = signContext(contextKey, { accountId: b.id, actor: b.user }, inAMinute).replace(b.id, a.id);
  const db = stage.open(b);
  await stage.attempt(
    {
      by: "SQL injected into B",
      tries: "puts A's account into B's token",
      statement: `SELECT guard.set_context('${shortened(exchanged)}'); ${COUNT}`,
      promised: FORGED,
    },
    () =>
      db.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT guard.set_context(${exchanged})::text`;
        return found(await tx.$queryRawUnsafe(COUNT));
      }),
  );

  const pool = await engine.pool("tenant");
  await stage.attempt(
    {
      by: "The application's login, without a context,",
      tries: "reads without saying who asks",
      statement: COUNT,
      promised: "nothing",
    },
    async () => found((await pool.query(COUNT)).rows),
  );
}

/** The signature is 64 digits that nobody reads. */
function shortened(token: string): string {
  return `${token.slice(0, 8)}…${token.slice(64)}`;
}
