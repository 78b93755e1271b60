import { accountTables } from "../../support/fingerprint.js";
import type { World } from "../../support/world.js";
import type { Entry } from "./perform.js";
import { accountOf } from "./program.js";

/** A row of a tenant, with its table's name. */
export interface Row {
  readonly subject: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A line of the audit log. */
export interface LogLine {
  readonly actor: string;
  readonly operation: "create" | "read" | "update" | "delete";
  readonly subject: string;
  readonly row_id: string | null;
  readonly method: string | null;
  readonly old_values: Readonly<Record<string, unknown>> | null;
  readonly new_values: Readonly<Record<string, unknown>> | null;
}

/** What a run of a program left of one tenant. */
export interface Trace {
  readonly tenant: number;
  readonly entries: readonly Entry[];
  readonly rows: readonly Row[];
  readonly log: readonly LogLine[];
}

/** Collects a tenant's rows and its log, past every policy. */
export async function traceOf(world: World, tenant: number, entries: readonly Entry[]): Promise<Trace> {
  const tables = (await accountTables(world)).filter((name) => name.startsWith("tenant.") && name !== "tenant.audit_log");
  const parts = tables.map(
    (name) =>
      `SELECT '${name.slice("tenant.".length)}' AS subject, to_jsonb(t) - 'account_id' AS values FROM ${name} t WHERE account_id = $1`,
  );
  const rows = await world.look<Row>(parts.join(" UNION ALL "), accountOf(tenant));
  // In the order in which they were made, to the command: clocks may tick too coarsely.
  const log = await world.look<LogLine>(
    `SELECT actor, operation::text, subject, row_id, method, old_values, new_values FROM tenant.audit_log
     WHERE account_id = $1 ORDER BY transaction_id, cmin::text::bigint`,
    accountOf(tenant),
  );
  return { tenant, entries, rows, log };
}
