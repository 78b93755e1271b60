import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Pool } from "pg";
import { setPassword } from "../../../src/database/logins.js";
import { makeSigningKey } from "../../../src/signing.js";
import { install } from "../../support/prepare.js";
import { administer, urlOf } from "../../support/server-template.js";
import type { Database, Place } from "./contenders/contender.js";

/** A database with the tables, empty. */
export interface Installed {
  readonly kind: Database;
  /** The superuser's. */
  readonly ownerUrl: string;
  /** Of the login that an application would use. */
  readonly appUrl: string;
  readonly contextKey: Place["contextKey"];
}

const APP = "bench_app";
const TABLES = ["tenant.documents", "tenant.document_revisions"];

export interface DatabaseRequest {
  readonly kind: Database;
  /** Of the database. */
  readonly name: string;
  /** Of its login. Logins belong to the cluster: azora's is one for all databases. */
  readonly password: string;
}

/** Makes a database and its tables, guarded as its kind says. */
export async function makeDatabase(serverUrl: string, { kind, name, password }: DatabaseRequest): Promise<Installed> {
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  const ownerUrl = urlOf(serverUrl, name);
  const contextKey = { id: "bench", secret: randomBytes(32).toString("base64") };
  const login = isAzora(kind) ? "azora_runtime" : `${APP}_${name}`;
  const owner = new Pool({ connectionString: ownerUrl, max: 2 });
  try {
    if (isAzora(kind)) {
      await install(owner, { password, contextKey, signingKey: { id: "bench", privateKey: makeSigningKey() } });
      if (kind === "azora-alone") for (const table of TABLES) await owner.query(withoutPermissions(table));
    } else {
      await owner.query(readFileSync(new URL("./tables.sql", import.meta.url), "utf8"));
      await owner.query(`CREATE ROLE ${login} LOGIN;
        GRANT USAGE ON SCHEMA control, tenant TO ${login};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA control, tenant TO ${login}`);
      for (const table of TABLES) await owner.query(GUARD[kind](table));
      if (kind === "bypass") await owner.query(tenantsTable(login));
    }
    await setPassword(owner, login, password);
  } finally {
    await owner.end();
  }
  return { kind, ownerUrl, appUrl: urlOf(ownerUrl, name, login, password), contextKey };
}

function isAzora(kind: Database): kind is "azora" | "azora-alone" {
  return kind === "azora" || kind === "azora-alone";
}

/** Row security and the log as they are; nothing asks what the actor may do. */
function withoutPermissions(table: string): string {
  const triggers = ["create", "update", "delete", "cascade"].map((name) => `DROP TRIGGER permission_${name} ON ${table}`);
  return [`DROP POLICY permission_read ON ${table}`, ...triggers].join("; ");
}

const GUARD: Readonly<Record<Exclude<Database, "azora" | "azora-alone">, (table: string) => string>> = {
  plain: () => "",
  // As the README of Prisma's example has it, with the default that it recommends.
  policy: (table) => `
    ALTER TABLE ${table} ALTER account_id SET DEFAULT current_setting('app.current_account')::uuid,
      ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant_isolation ON ${table} USING (account_id = current_setting('app.current_account', true)::uuid)`,
  // What the command line of @usebetterdev/tenant 0.5 writes for a table, for a column named account_id.
  bypass: (table) => `
    CREATE OR REPLACE FUNCTION public.set_account_id() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.account_id IS NULL AND current_setting('app.current_tenant', true) IS NOT NULL THEN
        NEW.account_id := current_setting('app.current_tenant', true)::uuid;
      END IF;
      RETURN NEW;
    END $$;
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant_isolation ON ${table}
      USING (account_id::text = current_setting('app.current_tenant', true) OR current_setting('app.bypass_rls', true) = 'true')
      WITH CHECK (account_id::text = current_setting('app.current_tenant', true) OR current_setting('app.bypass_rls', true) = 'true');
    CREATE TRIGGER set_account_id BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION public.set_account_id()`,
};

/** The table in which @usebetterdev/tenant looks a tenant up on every call. */
function tenantsTable(login: string): string {
  return `
    CREATE VIEW public.tenants AS SELECT id, slug, name, now() AS created_at FROM control.accounts;
    GRANT SELECT ON public.tenants TO ${login}`;
}
