import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
  /** What it is told, where that isn't which permission is missing. */
  readonly code?: string;
}

const READS = ["*:read", "users:read"];
const MANAGES = ["access:*", "users:read"];
const without = (action: string, table = "documents") => `DROP POLICY permission_${action} ON tenant.${table}`;
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
    holds: ["documents:create"],
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
    breakage: `${without("delete", "batches")}; ALTER TABLE tenant.batches DISABLE TRIGGER permission_delete; ALTER TABLE tenant.test_results DISABLE TRIGGER permission_delete`,
    sql: () => ["MERGE INTO tenant.batches b USING (VALUES (1)) s(id) ON b.unit = 'spare' WHEN MATCHED THEN DELETE"],
  },
  {
    name: "a lock that keeps others from changing",
    holds: READS,
    breakage: without("update"),
    sql: () => ["SELECT id FROM tenant.documents FOR UPDATE"],
  },
  { name: "an INSERT", holds: READS, breakage: without("create"), sql: () => [`INSERT INTO tenant.documents (number, title) VALUES (${row()})`] },
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
    holds: ["batches:read"],
    breakage: without("read"),
    sql: () => ["SELECT title FROM tenant.loose"],
  },
  {
    name: "reading by EXISTS of another table",
    holds: ["batches:read"],
    breakage: without("read"),
    sql: () => ["SELECT id FROM tenant.batches b WHERE EXISTS (SELECT FROM tenant.documents d WHERE d.title = 'x')"],
  },
  {
    name: "reading in what an INSERT returns",
    holds: ["documents:create"],
    breakage: without("read"),
    sql: () => [`INSERT INTO tenant.documents (number, title) VALUES (${row()}) RETURNING id`],
  },
  {
    name: "reading by a function that takes SQL",
    holds: ["batches:read"],
    breakage: without("read"),
    sql: () => ["SELECT query_to_xml('SELECT title FROM tenant.documents', true, true, '')::text"],
  },
  {
    name: "reading by a cursor",
    holds: ["batches:read"],
    breakage: without("read"),
    sql: () => ["DECLARE spy CURSOR FOR SELECT title FROM tenant.documents", "FETCH ALL FROM spy"],
  },
  {
    name: "a delete that only comes along with another",
    holds: [...READS, "documents:delete"],
    breakage: "ALTER TABLE tenant.document_revisions DISABLE TRIGGER permission_delete",
    sql: () => ["DELETE FROM tenant.documents WHERE title = 'spare'"],
  },
  {
    name: "a context in the application's name",
    holds: READS,
    breakage: ANY_SIGNATURE,
    code: "CONTEXT_INVALID",
    sql: ({ me }) => [`SELECT guard.set_context(${forged(me.actor)})::text`, "UPDATE tenant.documents SET title = 'x'"],
  },
  {
    name: "a context that is another in the middle of a statement",
    holds: [...MANAGES, "users:*"],
    // A trigger that believed the context unchecked would be the way.
    breakage: `CREATE OR REPLACE FUNCTION guard.acting_user() RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
      BEGIN RETURN substring(current_setting('azora.context') FROM 'user:.*'); END $$`,
    code: "CONTEXT_INVALID",
    sql: ({ me, strongRole, ownRole }) => [
      `SELECT set_config('x.good', current_setting('azora.context'), true), set_config('x.bad', ${forged(me.actor)}, true)`,
      `INSERT INTO tenant.user_roles (user_id, role_id)
       SELECT v.u, v.r FROM (
         SELECT u, r, guard.set_context(current_setting(c)) FROM (VALUES
           (1, 'x.good', gen_random_uuid(), '${ownRole}'::uuid), (2, 'x.bad', '${me.id}'::uuid, '${strongRole}'::uuid), (3, 'x.good', NULL, NULL)) t(n, c, u, r)
         OFFSET 0) v(u, r, s) WHERE v.u = '${me.id}' OR v.s IS NULL`,
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
    sql: ({ strongRole, ownRole }) => [`UPDATE tenant.role_permissions SET role_id = '${ownRole}' WHERE role_id = '${strongRole}'`],
  },
  {
    name: "somebody's powers ended with his role",
    holds: MANAGES,
    breakage: "ALTER TABLE tenant.role_permissions DISABLE TRIGGER access_taken; ALTER TABLE tenant.user_roles DISABLE TRIGGER access_taken",
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

/** Runs the statements in one transaction of the attacker's. @returns the code of what stopped it; null where nothing did */
async function tried({ me }: Ground, statements: readonly string[]): Promise<string | null> {
  try {
    await me.db.$transaction(async (tx) => {
      for (const sql of statements) await tx.$queryRawUnsafe(sql);
    });
    return null;
  } catch (error) {
    const { code, meta, message } = error as { code?: string; meta?: { code?: string }; message?: string };
    return meta?.code ?? (code === "P2010" ? (/\b42501\b/.exec(message ?? "")?.[0] ?? message ?? code) : (code ?? String(error)));
  }
}

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
    await world.owner.query(`
      CREATE VIEW tenant.loose AS SELECT id, number, title FROM tenant.documents;
      ALTER VIEW tenant.loose OWNER TO azora_owner;
      GRANT SELECT, INSERT, UPDATE ON tenant.loose TO azora_runtime`);
  });
  afterAll(() => world?.close());

  for (const { name, holds, sql, code = "PERMISSION_DENIED" } of ATTACKS) {
    const reason = kind === "embedded" ? NOT_ON_EMBEDDED[name] : undefined;
    it.skipIf(reason)(reason ? `${name}: not on this engine, ${reason}` : name, async () => {
      const ground = await groundOf(world, holds);
      expect(await tried(ground, sql(ground))).toBe(code);
    });
  }
});

describe("negative control: what a user tries gets through once its wall is down", () => {
  it.each(ATTACKS)("$name", async ({ holds, sql, breakage }) => {
    const world = await World.open("server");
    try {
      await world.owner.query(`
        CREATE VIEW tenant.loose AS SELECT id, number, title FROM tenant.documents;
        ALTER VIEW tenant.loose OWNER TO azora_owner;
        GRANT SELECT, INSERT, UPDATE ON tenant.loose TO azora_runtime`);
      const ground = await groundOf(world, holds);
      await world.owner.query(breakage);
      expect(await tried(ground, sql(ground))).toBeNull();
    } finally {
      await world.close();
    }
  });
});
