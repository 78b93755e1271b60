import { randomUUID } from "node:crypto";
import type { QueryResult } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signContext } from "../../src/tenant-plane/context.js";
import { onTenantLogin } from "../support/bare-connection.js";
import { holder, type Person } from "../support/people.js";
import { World } from "../support/world.js";

/** What an attack can name: rows of its own tenant, and itself. */
interface Ground {
  readonly me: Person;
  readonly documentId: string;
  readonly strongRole: string;
  readonly ownRole: string;
}

/** One way of a user to do, inside its own tenant, what none of its roles permits. */
interface Attack {
  readonly name: string;
  /** What its role holds; the rest it has to steal. */
  readonly holds: readonly string[];
  /** The guarantee that stops it: broken so, the attack gets through. */
  readonly breakage: string;
  readonly sql: (ground: Ground) => readonly string[];
  /** The SQLSTATE that it is told, where that isn't a missing permission's; null where rows are held back in silence. */
  readonly code?: string | null;
  /** Whether the last statement's rows are what it was after; any row unless said. */
  readonly reached?: (rows: readonly unknown[]) => boolean;
}

const READS = ["*:read", "users:read"];
const MANAGES = ["access:*", "users:read"];
const without = (action: "read" | "create" | "update") =>
  action === "read"
    ? "DROP POLICY permission_read ON tenant.documents"
    : `ALTER TABLE tenant.documents DISABLE TRIGGER permission_${action}`;
/** A context in the application's name: what a user would sign if it could. */
const forged = (actor: string) => `replace(current_setting('azora.context'), '${actor}', 'service')`;
const ANY_SIGNATURE = `
  DO $$ BEGIN
    EXECUTE replace(pg_get_functiondef('guard.current_account()'::regprocedure), 'WHEN left(token, 65) =', 'WHEN true OR left(token, 65) =');
    EXECUTE replace(pg_get_functiondef('guard.refuse_context(text)'::regprocedure), 'IF token IS DISTINCT FROM', 'IF false AND token IS DISTINCT FROM');
  END $$`;

const row = () => `'${randomUUID()}', 'x'`;

const ATTACKS: readonly Attack[] = [
  { name: "a plain UPDATE", holds: READS, breakage: without("update"), sql: () => ["UPDATE tenant.documents SET title = 'x'"] },
  {
    name: "an UPDATE without a WHERE or a column read",
    holds: ["documents:create", "documents:read"],
    breakage: without("update"),
    sql: () => ["UPDATE tenant.documents SET title = 'x'"],
  },
  {
    name: "an UPDATE in a CTE of a SELECT",
    holds: READS,
    breakage: without("update"),
    sql: () => ["WITH u AS (UPDATE tenant.documents SET title = 'x' RETURNING id) SELECT count(*)::int FROM u"],
  },
  {
    name: "an UPDATE that is only a conflict's",
    holds: [...READS, "*:create"],
    breakage: without("update"),
    sql: ({ documentId }) => [
      `INSERT INTO tenant.documents (id, number, title) SELECT id, number, title FROM tenant.documents WHERE id = '${documentId}'
       ON CONFLICT (account_id, id) DO UPDATE SET title = 'x'`,
    ],
  },
  {
    name: "a MERGE that updates",
    holds: READS,
    breakage: without("update"),
    sql: ({ documentId }) => [
      `MERGE INTO tenant.documents d USING (VALUES ('${documentId}'::uuid)) s(id) ON d.id = s.id WHEN MATCHED THEN UPDATE SET title = 'x'`,
    ],
  },
  {
    name: "a MERGE that deletes",
    holds: READS,
    breakage: "ALTER TABLE tenant.batches DISABLE TRIGGER permission_delete",
    sql: () => ["MERGE INTO tenant.batches b USING (VALUES (1)) s(id) ON b.unit = 'spare' WHEN MATCHED THEN DELETE"],
  },
  {
    name: "an INSERT",
    holds: READS,
    breakage: without("create"),
    sql: () => [`INSERT INTO tenant.documents (number, title) VALUES (${row()})`],
  },
  {
    name: "an INSERT through a view of the owner's",
    holds: READS,
    breakage: without("create"),
    sql: () => [`INSERT INTO tenant.loose (number, title) VALUES (${row()})`],
  },
  {
    name: "an UPDATE through a view of the owner's",
    holds: READS,
    breakage: without("update"),
    sql: () => ["UPDATE tenant.loose SET title = 'x'"],
  },
  {
    name: "reading through a view of the owner's",
    code: null,
    holds: ["batches:read"],
    breakage: without("read"),
    sql: () => ["SELECT title FROM tenant.loose"],
  },
  {
    name: "reading by EXISTS of another table",
    code: null,
    holds: ["batches:read"],
    breakage: without("read"),
    sql: () => ["SELECT id FROM tenant.batches b WHERE EXISTS (SELECT FROM tenant.documents d WHERE d.title = 'spare')"],
  },
  {
    name: "reading in what an INSERT returns",
    code: "42501",
    holds: ["documents:create"],
    breakage: without("read"),
    sql: () => [`INSERT INTO tenant.documents (number, title) VALUES (${row()}) RETURNING id`],
  },
  {
    name: "reading by a function that takes SQL",
    code: null,
    reached: ([row]) => JSON.stringify(row).includes("spare"),
    holds: ["batches:read"],
    breakage: without("read"),
    sql: () => ["SELECT query_to_xml('SELECT title FROM tenant.documents', true, true, '')::text"],
  },
  {
    name: "reading by a cursor",
    code: null,
    holds: ["batches:read"],
    breakage: without("read"),
    sql: () => ["DECLARE spy CURSOR FOR SELECT title FROM tenant.documents", "FETCH ALL FROM spy"],
  },
  {
    name: "a delete that only comes along with another",
    holds: [...READS, "documents:delete"],
    breakage: "ALTER TABLE tenant.document_revisions DISABLE TRIGGER permission_cascade",
    sql: () => ["DELETE FROM tenant.documents WHERE title = 'spare'"],
  },
  {
    name: "a context in the application's name",
    holds: READS,
    breakage: ANY_SIGNATURE,
    code: "AZ001",
    sql: ({ me }) => [`SELECT guard.set_context(${forged(me.actor)})::text`, "UPDATE tenant.documents SET title = 'x'"],
  },
  {
    name: "a context that is another in the middle of a statement",
    holds: [...MANAGES, "users:*"],
    // A trigger that believed the context unchecked would be the way.
    breakage: `CREATE OR REPLACE FUNCTION guard.acting_user() RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
      BEGIN RETURN substring(current_setting('azora.context') FROM 'user:.*'); END $$`,
    code: "AZ001",
    sql: ({ me, strongRole, ownRole }) => [
      `SELECT set_config('x.good', current_setting('azora.context'), true), set_config('x.bad', ${forged(me.actor)}, true)`,
      // The first row is asked about in the right context, the second is written in the wrong one, and the third puts it right again.
      `INSERT INTO tenant.user_roles (account_id, user_id, role_id)
       SELECT split_part(current_setting('azora.context'), '.', 4)::uuid, '${me.id}', v.r FROM (
         SELECT t.r, guard.set_context(current_setting(t.c)) AS s
         FROM (VALUES ('x.good', '${ownRole}'::uuid), ('x.bad', '${strongRole}'), ('x.good', '${ownRole}')) t(c, r) OFFSET 0) v
       WHERE v.s IS NOT NULL ON CONFLICT DO NOTHING`,
    ],
  },
  {
    name: "a role taken and filled in one statement",
    holds: [...MANAGES, "batches:read"],
    breakage: "ALTER TABLE tenant.user_roles DISABLE TRIGGER access_given",
    sql: ({ me, strongRole }) => [
      `WITH p AS (INSERT INTO tenant.role_permissions (role_id, permission) VALUES ('${strongRole}', 'batches:read'))
       INSERT INTO tenant.user_roles (user_id, role_id) VALUES ('${me.id}', '${strongRole}')`,
    ],
  },
  {
    name: "a permission moved into a role of one's own",
    holds: [...MANAGES],
    breakage: "ALTER TABLE tenant.role_permissions DISABLE TRIGGER access_given",
    sql: ({ strongRole, ownRole }) => [
      `UPDATE tenant.role_permissions SET role_id = '${ownRole}' WHERE role_id = '${strongRole}'`,
    ],
  },
  {
    name: "somebody's powers ended with his role",
    holds: MANAGES,
    breakage:
      "ALTER TABLE tenant.role_permissions DISABLE TRIGGER access_taken; ALTER TABLE tenant.user_roles DISABLE TRIGGER access_taken",
    sql: ({ strongRole }) => [`DELETE FROM tenant.roles WHERE id = '${strongRole}'`],
  },
  {
    name: "the list of permissions itself",
    holds: ["access:*"],
    breakage: "GRANT UPDATE, SELECT ON guard.actors TO azora_runtime",
    code: "42501",
    sql: () => ["UPDATE guard.actors SET permissions = '{*:*}'"],
  },
];

/** The set_config of one attack isn't there. */
const NOT_ON_EMBEDDED: Readonly<Record<string, string>> = {
  "a context that is another in the middle of a statement": "nothing but guard.set_context() sets anything there",
};

/** What PostgreSQL itself said. */
interface Outcome {
  readonly code: string | null;
  readonly reached: boolean;
}

/** Runs an attack's statements in one transaction, past tenantDb(). */
async function tried(world: World, ground: Ground, { sql, reached }: Attack): Promise<Outcome> {
  const token = signContext(world.contextKey, { accountId: world.a.id, actor: ground.me.actor }, Date.now() / 1000 + 60);
  try {
    return await onTenantLogin(world, async (client) => {
      await client.query(world.engine.setContext, [token]);
      let last: QueryResult | undefined;
      for (const statement of sql(ground)) last = await client.query(statement);
      return { code: null, reached: reached?.(last?.rows ?? []) ?? (last?.rowCount ?? 0) > 0 };
    });
  } catch (error) {
    return { code: (error as { code?: string }).code ?? String(error), reached: false };
  }
}

const LOOSE = `
  CREATE VIEW tenant.loose AS SELECT id, number, title FROM tenant.documents;
  ALTER VIEW tenant.loose OWNER TO azora_owner;
  GRANT SELECT, INSERT, UPDATE ON tenant.loose TO azora_runtime`;

async function groundOf(world: World, holds: readonly string[]): Promise<Ground> {
  const me = await holder(world, world.a, ...holds);
  const db = world.db(world.a);
  const document = { number: `N-${randomUUID()}`, title: "spare", revisions: { create: { revision: 1, summary: "x" } } };
  const { id: documentId } = await db.document.create({ data: document });
  await db.batch.create({ data: { number: `N-${randomUUID()}`, product: "x", quantity: 1, unit: "spare" } });
  const permissions = { create: [{ permission: "batches:delete" }] };
  const { id: strongRole } = await db.role.create({ data: { name: `strong-${randomUUID()}`, permissions } });
  const { roleId: ownRole } = await db.userRole.findFirstOrThrow({ where: { userId: me.id } });
  return { me, documentId, strongRole, ownRole };
}

describe.each(["server", "embedded"] as const)("what a user tries beyond its permissions (%s)", (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await World.open(kind);
    await world.owner.query(LOOSE);
  });
  afterAll(() => world?.close());

  for (const attack of ATTACKS) {
    const { name, holds, code = "AZ020" } = attack;
    const reason = kind === "embedded" ? NOT_ON_EMBEDDED[name] : undefined;
    it.skipIf(reason)(reason ? `${name}: not on this engine, ${reason}` : name, async () => {
      const ground = await groundOf(world, holds);
      expect(await tried(world, ground, attack)).toEqual({ code, reached: false });
    });
  }
});

describe("negative control: what a user tries gets through once its wall is down", () => {
  it.each(ATTACKS)("$name", async (attack) => {
    const { holds, breakage } = attack;
    const world = await World.open("server");
    try {
      await world.owner.query(LOOSE);
      const ground = await groundOf(world, holds);
      await world.owner.query(breakage);
      expect(await tried(world, ground, attack)).toEqual({ code: null, reached: true });
    } finally {
      await world.close();
    }
  });
});
