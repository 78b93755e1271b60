import { AsyncLocalStorage } from "node:async_hooks";
import { Connection } from "../../../src/database/wire/connection.js";
import { contextAdapter } from "../../../src/database/wire/prisma-adapter.js";
import { PrismaClient } from "../../../src/generated/tenant/client.js";
import { contextSigner } from "../../../src/tenant-plane/context.js";
import { Lane, type LaneParts } from "../../../src/tenant-plane/prisma/lane.js";
import { Lanes } from "../../../src/tenant-plane/prisma/lanes.js";
import { accountTables } from "../../support/fingerprint.js";
import type { TestTenant, World } from "../../support/world.js";
import { breakages } from "../breakages.js";

/** Guarantees that only a log, a row or a comparison shows to be broken: more of what the attacks' list has. */
export const ownBreakages = {
  "no FORCE, and a login that belongs to the owner": async (world) => {
    for (const table of await tenantTables(world)) await world.look(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
    await breakages["a runtime login that can become the owner"](world);
  },
  "a second policy beside the first": async (world) => {
    await world.look("CREATE POLICY helpful ON tenant.documents FOR SELECT USING (status = 'draft')");
  },
  "one client for two contexts": async (world) => {
    const { engine, contextKey } = world;
    const ambient = new AsyncLocalStorage<() => string>();
    const tag = { method: "Document.findUnique", filter: {}, isRaw: false };
    const adapter = contextAdapter(engine, {
      caller: () => ({ token: () => ambient.getStore()?.() ?? "", readAudit: "sync", fieldsOf: () => undefined }),
      takeTag: () => tag,
      transaction: () => () => undefined,
      track: (work) => work,
      onCommitting: () => undefined,
    });
    const shared = new PrismaClient({ adapter });
    const proper = world.db.bind(world);
    const db = (tenant: TestTenant, actor = "tester") => {
      const token = contextSigner(contextKey, { accountId: tenant.id, actor });
      const findUnique = ({ where }: { where: { id?: string } }) => {
        const key = where.id ? { accountId_id: { accountId: tenant.id, id: where.id } } : where;
        return ambient.run(token, () => shared.document.findUnique({ where: key as never }).then((row) => row));
      };
      return new Proxy(proper(tenant, actor), {
        get: (target, name) =>
          name === "document" ? Object.assign({}, target.document, { findUnique }) : Reflect.get(target, name),
      });
    };
    Object.assign(world, { db });
  },
  "an engine that serves two tenants at once": async (world) => {
    const { serve } = Lanes.prototype;
    const only = new WeakMap<Lanes, Lane>();
    Lanes.prototype.serve = async function together(this: Lanes, caller, request) {
      const lane = only.get(this) ?? new Lane((this as unknown as { parts: LaneParts }).parts);
      only.set(this, lane);
      return { result: await lane.serve(caller, request), lane };
    };
    world.onClose.push(async () => {
      Lanes.prototype.serve = serve;
    });
  },
  "a context that is set for the session": async ({ engine }) => {
    Object.assign(engine, { setContext: engine.setContext.replace("true)", "false)") });
  },
  "a table whose changes aren't logged": async (world) => {
    await world.look("ALTER TABLE tenant.batches DISABLE TRIGGER USER");
  },
  "a log that forgets what changed": (world) => onLog(world, "NEW.new_values := NEW.new_values - 'title' - 'name';"),
  "a log that knows one actor only": (world) => onLog(world, "NEW.actor := 'application';"),
  "a log that has each change twice": (world) =>
    onLog(
      world,
      "IF pg_trigger_depth() < 3 THEN INSERT INTO tenant.audit_log SELECT (jsonb_populate_record(NEW, jsonb_build_object('id', gen_random_uuid()))).*; END IF;",
    ),
  "a log without reads": (world) => onLog(world, "IF NEW.operation = 'read' THEN RETURN NULL; END IF;"),
  "a rollback that commits": async (world) => {
    const { statement } = Connection.prototype;
    Connection.prototype.statement = function committing(this: Connection, given) {
      return statement.call(this, given.text === "ROLLBACK" ? { ...given, text: "COMMIT" } : given);
    };
    world.onClose.push(async () => {
      Connection.prototype.statement = statement;
    });
  },
} satisfies Record<string, (world: World) => Promise<void>>;

async function tenantTables(world: World): Promise<string[]> {
  return (await accountTables(world)).filter((name) => name.startsWith("tenant."));
}

/** Puts a trigger of its own in front of the audit log. */
async function onLog(world: World, body: string): Promise<void> {
  await world.look(`CREATE FUNCTION public.spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NEW; END $$`);
  await world.look("CREATE TRIGGER spoil BEFORE INSERT ON tenant.audit_log FOR EACH ROW EXECUTE FUNCTION public.spoil()");
  await world.look("ALTER TABLE tenant.audit_log ENABLE ALWAYS TRIGGER spoil");
}
