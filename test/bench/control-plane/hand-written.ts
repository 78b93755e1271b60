import { randomBytes, randomUUID } from "node:crypto";

/** Where a new tenant has rows, its lines in both logs included. */
export const TABLES = [
  "control.accounts",
  "control.subscriptions",
  "tenant.roles",
  "tenant.role_permissions",
  "tenant.users",
  "tenant.user_roles",
  "tenant.audit_log",
  "control.admin_audit_log",
] as const;

const ROLES: Readonly<Record<string, readonly string[]>> = {
  owner: ["*:*"],
  admin: ["*:create", "*:read", "*:update", "*:delete", "users:*", "access:*", "audit:read"],
  member: ["*:create", "*:read", "*:update", "users:read"],
  viewer: ["*:read", "users:read"],
};

const COLUMNS: Readonly<Record<(typeof TABLES)[number], string>> = {
  "control.accounts": "id, slug, name, contact_email, region, metadata",
  "control.subscriptions": "account_id, plan_id",
  "tenant.roles": "account_id, id, name, description",
  "tenant.role_permissions": "account_id, role_id, permission",
  "tenant.users": "account_id, id, email, name",
  "tenant.user_roles": "account_id, user_id, role_id",
  "tenant.audit_log": "account_id, actor, operation, subject, row_id, new_values, content_hash",
  "control.admin_audit_log": "action, account_id, account_slug, new_values, content_hash",
};

const ROWS_A_STATEMENT = 1000;

/** What somebody would write who knows the schema: each row that tenant:apply makes, in multi-row INSERTs, table by table. */
export function handWritten(tenants: number, planId: string): readonly string[] {
  const rows = Object.fromEntries(TABLES.map((table) => [table, [] as string[]])) as Record<(typeof TABLES)[number], string[]>;
  for (let at = 0; at < tenants; at++) writeTenant(rows, at, planId);
  return TABLES.flatMap((table) => statements(table, rows[table]));
}

function writeTenant(rows: Record<(typeof TABLES)[number], string[]>, at: number, planId: string): void {
  const id = randomUUID();
  const slug = `tenant-${at}`;
  const log = (subject: string, row: string, values: object) =>
    rows["tenant.audit_log"].push(
      tuple(id, "operator:bench", "create", subject, row, JSON.stringify({ id: row, ...values }), anyHash()),
    );
  const account = { id, slug, name: `Tenant number ${at}`, contact_email: `owner@${slug}.test`, region: "eu-central" };
  rows["control.accounts"].push(tuple(...Object.values(account), JSON.stringify({ crm: `A-${at}` })));
  rows["control.subscriptions"].push(tuple(id, planId));
  for (const [name, permissions] of Object.entries(ROLES)) {
    const role = randomUUID();
    rows["tenant.roles"].push(tuple(id, role, name, "What this role is for"));
    log("roles", role, { name, description: "What this role is for", created_at: "2026-11-22T00:00:00+00:00" });
    for (const permission of permissions) {
      rows["tenant.role_permissions"].push(tuple(id, role, permission));
      log("role_permissions", randomUUID(), { role_id: role, permission });
    }
    if (name === "owner") writeOwner(rows, { id, role, slug, log });
  }
  for (const action of ["tenant.create", "subscriptions.insert", "tenant.activate"]) {
    rows["control.admin_audit_log"].push(tuple(action, id, slug, JSON.stringify(account), anyHash()));
  }
}

interface Owner {
  readonly id: string;
  readonly role: string;
  readonly slug: string;
  readonly log: (subject: string, row: string, values: object) => unknown;
}

function writeOwner(rows: Record<(typeof TABLES)[number], string[]>, { id, role, slug, log }: Owner): void {
  const user = randomUUID();
  const email = `owner@${slug}.test`;
  rows["tenant.users"].push(tuple(id, user, email, "owner"));
  rows["tenant.user_roles"].push(tuple(id, user, role));
  log("users", user, { email, name: "owner", created_at: "2026-11-22T00:00:00+00:00" });
  log("user_roles", randomUUID(), { user_id: user, role_id: role, granted_at: "2026-11-22T00:00:00+00:00" });
}

function tuple(...values: readonly string[]): string {
  return `(${values.map((value) => `'${value.replaceAll("'", "''")}'`).join(", ")})`;
}

function statements(table: (typeof TABLES)[number], rows: readonly string[]): readonly string[] {
  const parts = [];
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    parts.push(`INSERT INTO ${table} (${COLUMNS[table]}) VALUES ${rows.slice(at, at + ROWS_A_STATEMENT).join(", ")}`);
  }
  return parts;
}

/** As long as a log's row has one; made by nobody. */
function anyHash(): string {
  return `\\x${randomBytes(32).toString("hex")}`;
}
