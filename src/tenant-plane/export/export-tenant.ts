import type { ArchivedAccount, Manifest, SignedManifest, TableShape } from "../../archive/manifest.js";
import type { SigningKey } from "../../signing.js";
import type { TenantContext } from "../context.js";
import type { TenantConnection } from "../tenant-db.js";
import { archiveChunks } from "./archive-chunks.js";
import { TEXT_SETTINGS, tableLines } from "./table-lines.js";
import { inTenantTransaction } from "./tenant-transaction.js";

export interface ExportTenantInput {
  /** Signs the manifest. */
  readonly key: SigningKey;
  /** Takes the archive's bytes as they are made, and returns when they are where they shall stay. */
  readonly write: (chunks: AsyncIterable<Buffer>) => Promise<void>;
  /** Told which table is read, and how many rows are packed by then. */
  readonly onRows?: (table: string, rows: number) => void;
}

export interface ExportTenantResult {
  readonly account: ArchivedAccount;
  readonly exportedAt: string;
  /** Rows by table. */
  readonly tables: Readonly<Record<string, number>>;
  readonly rows: number;
  /** SHA-256 of the manifest, hex: what the database calls this export. */
  readonly manifest: string;
  readonly keyId: string;
}

interface Description {
  readonly account: ArchivedAccount;
  readonly tables: readonly TableShape[];
}

/**
 * Takes home everything that a tenant has, through the tenant's own login: one moment of it, signed. The reading is
 * logged in the tenant before the first row is read; that it is finished, when `write` has returned.
 * @throws AzoraError INVALID_INPUT, ACCOUNT_SUSPENDED (fully), ACCOUNT_GONE, FAILURE (a row too long), and what `write` throws
 */
export async function exportTenant(
  connection: TenantConnection,
  context: TenantContext,
  { key, write, onRows = () => undefined }: ExportTenantInput,
): Promise<ExportTenantResult> {
  await logReading(connection, context);
  const { manifest, signed } = await inTenantTransaction(connection, { ...context, kind: "snapshot" }, async ({ client }) => {
    for (const setting of TEXT_SETTINGS) await client.query(setting);
    const { rows } = await client.query<{ description: Description; snapshot: string }>(
      "SELECT guard.describe_export() AS description, pg_current_snapshot()::text AS snapshot",
    );
    const [{ description, snapshot }] = rows as [(typeof rows)[number]];
    const { account, tables } = description;
    let made: { readonly manifest: Manifest; readonly signed: SignedManifest } | undefined;
    const lines = (table: TableShape) => tableLines(client, connection.engine.kind, { table, accountId: account.id });
    const onEnd = (ended: Manifest, signature: SignedManifest) => {
      made = { manifest: ended, signed: signature };
    };
    await write(archiveChunks({ account, tables, snapshot, lines }, { key, onRows, onEnd }));
    if (!made) throw new Error("The archive was not written to its end.");
    return made;
  });
  const { account, snapshot, rows, exportedAt, keyId, tables } = manifest;
  await inTenantTransaction(connection, { ...context, kind: "write" }, ({ client }) =>
    client.query("SELECT guard.finish_export($1, $2, $3)", [signed.sha256, snapshot, rows]),
  );
  const counts = Object.fromEntries(tables.map((table) => [table.name, table.rows]));
  return { account, exportedAt, tables: counts, rows, manifest: signed.sha256, keyId };
}

/** Durable before anything is read: an export that is killed was one too. */
async function logReading(connection: TenantConnection, context: TenantContext): Promise<void> {
  await inTenantTransaction(connection, { ...context, kind: "write" }, async ({ client, token }) => {
    const { rows } = await client.query<{ description: Description }>("SELECT guard.describe_export() AS description");
    const reads = (rows[0]?.description.tables ?? []).map(({ name }) => ({
      subject: name.replace(/^tenant\./, ""),
      method: "export",
    }));
    await client.query("SELECT guard.log_reads($1, $2::jsonb, true)", [token, JSON.stringify(reads)]);
  });
}
