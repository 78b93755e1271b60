import { openServer } from "../../src/database/server.js";
import { administer, urlOf, urlsOf } from "../support/server-template.js";
import type { World } from "../support/world.js";
import { forgetfulPool, oneClientForAll, unnamedSession } from "./broken-clients.js";

/**
 * The guarantees, each broken on purpose in a database of its own: what a careless migration,
 * a grant too many or a shortcut in the client would do.
 */
export const breakages = {
  "policies that are true": async (world) => {
    await onTables(world, openPolicy);
    await openAccounts(world);
  },
  "row security switched off": (world) =>
    onTables(world, (table) => `ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY`),
  "a policy that opens without a context": (world) =>
    onTables(
      world,
      (table) => `
        DROP POLICY tenant_isolation ON ${table};
        CREATE POLICY tenant_isolation ON ${table} USING (coalesce(account_id = guard.current_account(), true))`,
    ),
  "policies that are true and rows that may move": (world) =>
    // The log can't pair a moved row with what it was and refuses it: a wall of its own.
    onTables(
      world,
      (table) =>
        `${openPolicy(table)}; DROP TRIGGER IF EXISTS guard_identity ON ${table}; DROP TRIGGER IF EXISTS guard_update ON ${table}`,
    ),
  "an accounts policy that is true": (world) =>
    change(
      world,
      "ALTER POLICY own_account ON control.accounts USING (true)",
      "GRANT SELECT ON control.accounts TO azora_runtime",
    ),
  "keys that span accounts": (world) => change(world, "ALTER TABLE tenant.documents ADD UNIQUE (id), ADD UNIQUE (number)"),
  "foreign keys of one column": (world) =>
    change(
      world,
      "ALTER TABLE tenant.documents ADD UNIQUE (id)",
      "ALTER TABLE tenant.users ADD UNIQUE (id)",
      "ALTER TABLE tenant.documents DROP CONSTRAINT documents_account_id_owner_id_fkey, ADD FOREIGN KEY (owner_id) REFERENCES tenant.users (id)",
      `ALTER TABLE tenant.document_revisions DROP CONSTRAINT document_revisions_account_id_document_id_fkey,
         ADD FOREIGN KEY (document_id) REFERENCES tenant.documents (id) ON DELETE CASCADE`,
    ),
  "TRUNCATE granted and not refused": (world) =>
    onTables(world, (table) => `GRANT TRUNCATE ON ${table} TO azora_runtime; DROP TRIGGER guard_truncate ON ${table}`),
  "CREATE granted on the schema": (world) => change(world, "GRANT CREATE ON SCHEMA tenant TO azora_runtime"),
  "TRIGGER granted": (world) => change(world, "GRANT TRIGGER ON tenant.documents TO azora_runtime"),
  "TEMPORARY granted": async (world) => {
    const [row] = await world.look<{ name: string }>("SELECT quote_ident(current_database()) AS name");
    await world.owner.query(`GRANT TEMPORARY ON DATABASE ${row?.name} TO azora_runtime`);
  },
  "sessions that everybody may end": (world) =>
    change(world, "GRANT EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint) TO PUBLIC"),
  "a signature that is never wrong": (world) =>
    edit(world, "guard.current_account()", "WHEN left(token, 65) =", "WHEN true OR left(token, 65) ="),
  "an expiry that never comes": (world) =>
    edit(world, "guard.current_account()", "> transaction_timestamp()", "> to_timestamp(0)"),
  "a retired key that still signs": (world) =>
    edit(world, "guard.current_account()", " AND k.retired_at > statement_timestamp()", ""),
  "a suspension that nobody asks for": (world) => edit(world, "guard.current_account()", "AND status = 'active'", ""),
  "a read-only suspension that lets write": (world) =>
    edit(world, "guard.audit_write()", "IF context.read_only THEN", "IF false THEN"),
  "writes without a context": (world) =>
    edit(
      world,
      "guard.require_administrator()",
      "IF NOT pg_has_role(session_user, 'azora_owner', 'MEMBER') THEN",
      "IF false THEN",
    ),
  "large objects open to everyone": (world) => change(world, LARGE_OBJECTS),
  "a runtime login with BYPASSRLS": (world) => strongerLogin(world, "BYPASSRLS"),
  "a runtime login that is a superuser": (world) => strongerLogin(world, "SUPERUSER"),
  "a runtime login that can become the owner": (world) => strongerLogin(world, "IN ROLE azora_owner"),
  "a runtime login whose statements are on show": (world) => strongerLogin(world, ""),
  "an embedded session that set_config() may change": (world) =>
    change(world, "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC"),
  "an embedded session that runs DO blocks": (world) => change(world, "GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC"),
  "an embedded session named once": unnamedSession,
  "connections that are shared unwiped": forgetfulPool,
  "one client for two contexts": oneClientForAll,
} satisfies Record<string, (world: World) => Promise<void>>;

export type Breakage = keyof typeof breakages;

const LARGE_OBJECTS = `
  DO $$ DECLARE f regprocedure; BEGIN
    FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^lo(_|read|write)'
      AND proname NOT IN ('lo_import', 'lo_export')
    LOOP EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', f); END LOOP;
  END $$`;

function openPolicy(table: string): string {
  return `DROP POLICY tenant_isolation ON ${table}; CREATE POLICY tenant_isolation ON ${table} USING (true) WITH CHECK (true)`;
}

async function openAccounts(world: World): Promise<void> {
  await world.owner.query("ALTER POLICY own_account ON control.accounts USING (true)");
}

async function onTables(world: World, statement: (table: string) => string): Promise<void> {
  const tables = await world.look<{ name: string }>("SELECT table_id::text AS name FROM guard.protected_tables ORDER BY 1");
  for (const { name } of tables) await world.owner.query(statement(name));
}

async function change(world: World, ...statements: string[]): Promise<void> {
  for (const statement of statements) await world.owner.query(statement);
}

/** Changes one line of a function. A line that isn't there any more is an error, not a test that passes. */
async function edit(world: World, signature: string, from: string, to: string): Promise<void> {
  const [row] = await world.look<{ source: string }>("SELECT pg_get_functiondef($1::regprocedure) AS source", signature);
  if (!row?.source.includes(from)) throw new Error(`${signature} has no "${from}" to break.`);
  await world.owner.query(row.source.replace(from, to));
}

/**
 * Gives the tenant plane a login with more rights. On a server that is another role than
 * azora_runtime, which other tests share; the embedded cluster is this test's own.
 */
async function strongerLogin(world: World, attribute: string): Promise<void> {
  if (world.kind === "embedded") {
    await world.owner.query(
      attribute.startsWith("IN ROLE") ? "GRANT azora_owner TO azora_runtime" : `ALTER ROLE azora_runtime ${attribute}`,
    );
    return;
  }
  const { serverUrl, password } = world.prepared;
  const login = `${world.place}_login`;
  await administer(
    serverUrl,
    `CREATE ROLE ${login} LOGIN PASSWORD '${password}' ${attribute}`,
    `GRANT azora_runtime TO ${login}`,
  );
  world.onClose.push(() => administer(serverUrl, `DROP ROLE ${login}`));
  const urls = { ...urlsOf(serverUrl, world.place, password), tenant: urlOf(serverUrl, world.place, login, password) };
  await world.use(() => openServer(urls));
}
