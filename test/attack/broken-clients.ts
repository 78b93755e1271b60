import { AsyncLocalStorage } from "node:async_hooks";
import { EmbeddedSession } from "../../src/database/embedded/session.js";
import { Connection } from "../../src/database/wire/connection.js";
import { contextAdapter } from "../../src/database/wire/prisma-adapter.js";
import { PrismaClient } from "../../src/generated/tenant/client.js";
import { contextSigner } from "../../src/tenant-plane/context.js";
import type { TestTenant, World } from "../support/world.js";

/** A connection goes from one tenant to the next as it was left. */
export async function forgetfulPool(world: World): Promise<void> {
  const { wipe } = Connection.prototype;
  Connection.prototype.wipe = () => [];
  world.onClose.push(async () => {
    Connection.prototype.wipe = wipe;
  });
}

/** The embedded session keeps the name that its first statement was given, or took off. */
export async function unnamedSession(world: World): Promise<void> {
  await world.owner.query("GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC");
  const named = new WeakMap<EmbeddedSession, string>();
  const { assume } = EmbeddedSession.prototype;
  EmbeddedSession.prototype.assume = async function once(this: EmbeddedSession, login: string) {
    if (named.get(this) === login) return;
    named.set(this, login);
    await assume.call(this, login);
  };
  world.onClose.push(async () => {
    EmbeddedSession.prototype.assume = assume;
  });
}

/** What a web framework is tempted to do: one client, the tenant taken from ambient state. */
export async function oneClientForAll(world: World): Promise<void> {
  const ambient = new AsyncLocalStorage<() => string>();
  const { engine, contextKey } = world;
  const shared = new PrismaClient({
    adapter: contextAdapter(engine, {
      caller: () => ({ token: () => ambient.getStore()?.() ?? "", readAudit: "off", fieldsOf: () => undefined }),
      takeTag: () => ({ method: "Document.findUnique", filter: {}, isRaw: false }),
      transaction: () => () => undefined,
      track: (work) => work,
      onCommitting: () => undefined,
    }),
  });
  const proper = world.db.bind(world);
  const db = (tenant: TestTenant, actor = "tester") => {
    const token = contextSigner(contextKey, { accountId: tenant.id, actor });
    const findUnique = (args: Parameters<typeof shared.document.findUnique>[0]) =>
      ambient.run(token, () => shared.document.findUnique(args).then((row) => row));
    // Only the call under attack goes the broken way; the scene is set the proper one.
    return new Proxy(proper(tenant, actor), {
      get: (target, name) =>
        name === "document" ? { ...target.document, create: target.document.create, findUnique } : Reflect.get(target, name),
    });
  };
  Object.assign(world, { db });
}
