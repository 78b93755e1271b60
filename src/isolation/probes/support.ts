import { randomUUID } from "node:crypto";
import type { Attempt } from "../probe.js";
import type { Probe } from "./definition.js";
import type { Scene } from "./scene.js";
import { standAs } from "./stage/act.js";
import type { Identity } from "./stage/identity.js";
import type { Answer } from "./stage/session.js";
import { literal } from "./stage/sql.js";
import type { TenantTable } from "./stage/tables.js";
import { attempted, broken, held, mustBeRefused, unclear, unexpected, type Verdict } from "./verdict.js";

const NO_CONSENT = "AZ022";
const SAME_TRANSACTION = "AZ007";

/** azora's own: elsewhere the vendor has no way in that a tenant could open. */
export const support: Probe = {
  id: "support-without-consent",
  title: "The vendor's support reads a tenant's rows only while a window is open that the tenant opened for it, and no others.",
  severity: "critical",
  async run(scene) {
    const table = scene.tables.find(({ name }) => keyOf(scene, name, scene.a.rows) && keyOf(scene, name, scene.b.rows));
    if (!scene.target.guard || !table) return [];
    const attempts: Attempt[] = [];
    for (const by of scene.control) {
      for (const window of WINDOWS) attempts.push(...(await throughWrong(scene, { by, table, window })));
      attempts.push(await forging(scene, by), await uncommitted(scene, { by, table }), await throughOpen(scene, { by, table }));
    }
    return attempts;
  },
};

/** A consent as its row says it; what isn't said is as it has to be. */
interface Window {
  readonly says: string;
  readonly allows: string;
  /** Values of columns, as SQL. */
  readonly columns: (scene: Scene) => Readonly<Record<string, string>>;
}

const OPEN: Window = { says: "an open window", allows: "", columns: () => ({}) };

const WINDOWS: readonly Window[] = [
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

interface Try {
  readonly by: Identity;
  readonly table: TenantTable;
}

/** By the first door and by the last: who had asked before a window was closed gets no row either. */
async function throughWrong(scene: Scene, { by, table, window }: Try & { readonly window: Window }): Promise<readonly Attempt[]> {
  const found = read(scene, { by, table });
  const attempts: Attempt[] = [];
  for (const statement of [ask(scene, table), found.statement]) {
    const answer = await scene.session.try(...open(scene, by, window), ...found.made, ...standAs(scene, by, null), statement);
    const verdict = answer.state === NO_CONSENT ? held() : answer.state === null ? broken(window.allows) : unexpected(answer);
    attempts.push(attempted({ by, object: `table ${table.name}`, statement: `${window.says}; ${statement}`, answer, verdict }));
  }
  return attempts;
}

async function forging(scene: Scene, by: Identity): Promise<Attempt> {
  const statement = insertion(values(scene, by, OPEN));
  const answer = await scene.session.try(...standAs(scene, by, null), statement);
  const verdict = mustBeRefused(answer, "The vendor consents in a tenant's place.");
  return attempted({ by, object: "table control.support_grants", statement, answer, verdict });
}

/** What isn't committed yet could be rolled back, and the logs' lines with it. */
async function uncommitted(scene: Scene, { by, table }: Try): Promise<Attempt> {
  const { made, statement } = read(scene, { by, table }, "pg_current_xact_id()");
  const answer = await scene.session.try(...open(scene, by, OPEN), ...made, ...standAs(scene, by, null), statement);
  const allows = "Rows are handed over before their lines in the logs are committed: a rollback hides who read them.";
  const verdict = answer.state === SAME_TRANSACTION ? held() : answer.state === null ? broken(allows) : unexpected(answer);
  return attempted({ by, object: `table ${table.name}`, statement: `in one transaction; ${statement}`, answer, verdict });
}

/** With consent, the tenant's row and not its neighbour's, though both are asked for. */
async function throughOpen(scene: Scene, { by, table }: Try): Promise<Attempt> {
  const { made, statement } = read(scene, { by, table });
  const answer = await scene.session.try(...open(scene, by, OPEN), ...made, ...standAs(scene, by, null), statement);
  return attempted({
    by,
    object: `table ${table.name}`,
    statement: `an open window; ${statement}`,
    answer,
    verdict: judgeOpen(scene, table, answer),
  });
}

function judgeOpen(scene: Scene, table: TenantTable, answer: Answer): Verdict {
  if (answer.state !== null) return unexpected(answer);
  const own = keyOf(scene, table.name, scene.a.rows);
  const others = answer.rows.filter(({ values: row }) => {
    return Object.entries(own ?? {}).some(([column, value]) => String((row as Record<string, unknown>)[column]) !== value);
  });
  if (others.length > 0) return broken("Consent of one tenant opens another's rows.");
  return answer.count === 1 ? held() : unclear("Not even with consent a row was to be seen.");
}

function ask({ a }: Scene, { name }: TenantTable): string {
  return `SELECT control.ask_support_read(${literal(a.id)}, ${literal(name)}, '{}', NULL, 100)`;
}

/** Opens a window, as the owner can. */
function open(scene: Scene, by: Identity, window: Window): readonly string[] {
  return [
    `INSERT INTO control.operators (login, role) VALUES (${loginOf(by)}, 'support') ON CONFLICT DO NOTHING`,
    insertion({ ...values(scene, by, window), ...window.columns(scene) }),
  ];
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
function read(
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
function keyOf(scene: Scene, name: string, rows: Scene["a"]["rows"]): Readonly<Record<string, string | null>> | undefined {
  const relation = scene.tables.find((table) => table.name === name)?.relation;
  const [, ...columns] = relation?.constraints.find(({ kind }) => kind === "primary key")?.columns ?? [];
  const row = rows.get(name);
  if (!row || columns.length === 0 || columns.some((column) => !row.has(column))) return undefined;
  return Object.fromEntries(columns.map((column) => [column, row.get(column) ?? null]));
}
