import {
  checkGrantId,
  type SupportGrant,
  type SupportGrantPage,
  type SupportGrantRow,
  toPage,
  toSupportGrant,
} from "../support-grant.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { inTransaction } from "./dry-run.js";
import { findTenant } from "./find-tenant.js";

/** A row of a tenant's, as support may see it. */
export interface SupportRow {
  /** How the tenant's log names it. */
  readonly key: string;
  /** By column; without those whose values no log takes down. */
  readonly values: Readonly<Record<string, unknown>>;
}

export interface SupportReading {
  readonly tenant: { readonly id: string; readonly slug: string };
  readonly table: string;
  readonly rows: readonly SupportRow[];
  /** The last row's key where there may be more behind it. */
  readonly next: string | null;
}

export interface ReadGrantedInput {
  /** Slug or id. */
  readonly tenant: string;
  /** A tenant table, its schema left out where it is `tenant`. */
  readonly table: string;
  /** What columns have to equal; null for nothing at all. */
  readonly where: Readonly<Record<string, string | null>>;
  /** From 1 to 100. */
  readonly limit: number;
  /** The key that the page before ended with. */
  readonly after?: string;
}

/** A window, as the vendor's side sees it. */
export interface OperatorGrant extends SupportGrant {
  readonly accountSlug: string;
}

/**
 * Reads rows of a tenant that has let this operator in. What is asked for is committed to both logs before a row is looked
 * for, and a line for each row before one is handed over.
 * @throws AzoraError NO_CONSENT, NOT_FOUND, INVALID_INPUT, ACCOUNT_SUSPENDED
 */
export async function readGranted(connection: ControlConnection, input: ReadGrantedInput): Promise<SupportReading> {
  const { table, where, limit, after = null } = input;
  const { id, slug } = await findTenant(connection, input.tenant);
  return attempt(connection, { action: "support.read", accountId: id, slug }, async () => {
    const [asked] = await inTransaction(connection, false, (tx) => {
      return tx.$queryRaw<{ read: string }[]>`
        SELECT control.ask_support_read(${id}::uuid, ${table}, ${JSON.stringify(where)}::jsonb, ${after}, ${limit}) AS read`;
    });
    const read = asked?.read;
    await inTransaction(connection, false, (tx) => tx.$queryRaw`SELECT FROM control.find_support_rows(${read}::uuid)`);
    const rows = await inTransaction(connection, false, (tx) => {
      return tx.$queryRaw<{ key: string; values: Record<string, unknown> }[]>`
        SELECT row_key AS key, row_values AS "values" FROM control.read_support_rows(${read}::uuid)`;
    });
    return { tenant: { id, slug }, table, rows, next: rows.length < limit ? null : (rows.at(-1)?.key ?? null) };
  });
}

/**
 * Windows that tenants have opened, newest first, what has ended included: one's own, for a vendor admin everybody's.
 * @param after the id that the page before ended with
 * @throws AzoraError INVALID_INPUT, NOT_PERMITTED
 */
export async function listSupportGrants(
  connection: ControlConnection,
  { limit, after }: { readonly limit: number; readonly after?: string },
): Promise<SupportGrantPage<OperatorGrant>> {
  const before = after === undefined ? null : checkGrantId(after);
  const rows = await attempt(connection, { action: "support.list" }, () => {
    return connection.client.$queryRaw<(SupportGrantRow & { account_slug: string })[]>`
      SELECT * FROM control.list_support_grants(${before}::uuid, ${limit + 1}::integer)`;
  });
  return toPage(
    rows.map((row) => ({ ...toSupportGrant(row), accountSlug: row.account_slug })),
    limit,
  );
}
