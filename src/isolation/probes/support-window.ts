import { randomUUID } from "node:crypto";
import type { Scene } from "./scene.js";
import type { Identity } from "./stage/identity.js";
import { literal } from "./stage/sql.js";
import type { TenantTable } from "./stage/tables.js";

/** A consent as its row says it; what isn't said is as it has to be. */
export interface Window {
  readonly says: string;
  readonly allows: string;
  /** Values of columns, as SQL. */
  readonly columns: (scene: Scene) => Readonly<Record<string, string>>;
}

export const OPEN: Window = { says: "an open window", allows: "", columns: () => ({}) };

export const WINDOWS: readonly Window[] = [
  {
    says: "another tenant's window",
    allows: "What one tenant consents to opens another.",
    columns: ({ b }) => ({ account_id: literal(b.id) }),
  },
  {
    says: "a window to another table",
    allows: "Consent to one table opens another.",
    columns: () => ({ tables: "'{nothing.else}'" }),
  },
  {
    says: "a window that has ended",
    allows: "Consent doesn't end when it is said to.",
    columns: () => ({
      granted_at: "clock_timestamp() - interval '2 hours'",
      expires_at: "clock_timestamp() - interval '1 hour'",
    }),
  },
  {
    says: "a window that was closed",
    allows: "Consent can't be taken back.",
    columns: () => ({ revoked_at: "clock_timestamp()", revoked_by: "'user:probe'" }),
  },
  {
    says: "another operator's window",
    allows: "Consent to one operator opens the tenant to another.",
    columns: () => ({ operator: "'azora_nobody'" }),
  },
];

/** Who tries, and on what. */
export interface Try {
  readonly by: Identity;
  readonly table: TenantTable;
}

/** The first step of a reading. */
export function ask({ a }: Scene, { name }: TenantTable): string {
  return `SELECT control.ask_support_read(${literal(a.id)}, ${literal(name)}, '{}', NULL, 100)`;
}

/** Opens a window, as the owner can. */
export function open(scene: Scene, by: Identity, window: Window): readonly string[] {
  return [
    `INSERT INTO control.operators (login, role) VALUES (${loginOf(by)}, 'support') ON CONFLICT DO NOTHING`,
    insertion({ ...values(scene, by, window), ...window.columns(scene) }),
  ];
}

/** The row that opens one. */
export function forge(scene: Scene, by: Identity): string {
  return insertion(values(scene, by, OPEN));
}

const GRANT = randomUUID();

function values({ a }: Scene, by: Identity, { says }: Window): Readonly<Record<string, string>> {
  const base = {
    id: literal(GRANT),
    account_id: literal(a.id),
    operator: loginOf(by),
    reason: literal(`isolation probe: ${says}`),
  };
  return {
    ...base,
    granted_by: "'user:probe'",
    granted_at: "clock_timestamp()",
    expires_at: "clock_timestamp() + interval '1 hour'",
  };
}

function insertion(columns: Readonly<Record<string, string>>): string {
  return `INSERT INTO control.support_grants (${Object.keys(columns).join(", ")}) VALUES (${Object.values(columns).join(", ")})`;
}

/** What was found and is waiting to be read, both tenants' rows: by transactions that were committed, unless it is said. */
export function read(
  scene: Scene,
  { by, table }: Try,
  foundIn = "'3'",
): { readonly made: readonly string[]; readonly statement: string } {
  const id = randomUUID();
  const keys = [keyOf(scene, table.name, scene.a.rows), keyOf(scene, table.name, scene.b.rows)];
  return {
    made: [
      `INSERT INTO guard.support_reads (id, account_id, grant_id, operator, table_id, conditions, row_limit, asked_in, found_in, keys)
       VALUES (${literal(id)}, ${literal(scene.a.id)}, ${literal(GRANT)}, ${loginOf(by)}, ${literal(table.name)}::regclass, '{}', 100, '3', ${foundIn}, ${literal(JSON.stringify(keys))})`,
    ],
    statement: `SELECT row_values AS values FROM control.read_support_rows(${literal(id)})`,
  };
}

/** Whom the database takes it for: under SET ROLE it is still the owner who logged in. */
function loginOf({ by, role }: Identity): string {
  return by === "role" ? "session_user" : literal(role);
}

/** A row's key inside its account, by column. */
export function keyOf(scene: Scene, name: string, rows: Scene["a"]["rows"]): Readonly<Record<string, string | null>> | undefined {
  const relation = scene.tables.find((table) => table.name === name)?.relation;
  const [, ...columns] = relation?.constraints.find(({ kind }) => kind === "primary key")?.columns ?? [];
  const row = rows.get(name);
  if (!row || columns.length === 0 || columns.some((column) => !row.has(column))) return undefined;
  return Object.fromEntries(columns.map((column) => [column, row.get(column) ?? null]));
}
