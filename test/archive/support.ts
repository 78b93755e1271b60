import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { MANIFEST_PATH, type Manifest, SIGNATURE_PATH, sha256 } from "../../src/archive/manifest.js";
import { listTar, type PackedFile, tar } from "../../src/archive/tar.js";
import { explainDatabaseError } from "../../src/database/sql-errors.js";
import { type ImportTenantInput, type ImportTenantResult, importTenant } from "../../src/installation/import/import-tenant.js";
import { parseSigningKey, type SigningKey, signText } from "../../src/signing.js";
import { type ExportTenantResult, exportTenant } from "../../src/tenant-plane/export/export-tenant.js";
import type { TestTenant, World } from "../support/world.js";

export type Export = ExportTenantResult & { readonly file: string };

/** A folder of the test's own. */
export async function scratch(): Promise<{ readonly at: (name: string) => string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "azora-archive-"));
  return { at: (name) => join(folder, name), remove: () => rm(folder, { recursive: true, force: true }) };
}

/** What all worlds of a run sign with. */
export function signingKey({ prepared }: Pick<World, "prepared">): SigningKey {
  return parseSigningKey(prepared.signingKey.id, prepared.signingKey.privateKey);
}

export async function exportTo(world: World, tenant: Pick<TestTenant, "id">, file: string): Promise<Export> {
  const write = (chunks: AsyncIterable<Buffer>) => pipeline(chunks, createWriteStream(file));
  return {
    ...(await exportTenant(world, { accountId: tenant.id, actor: "operator:tester" }, { key: signingKey(world), write })),
    file,
  };
}

/** As the command does it, with the keys that the database publishes. */
export async function importFrom(world: World, file: string, more: Partial<ImportTenantInput> = {}): Promise<ImportTenantResult> {
  const client = await world.owner.connect();
  try {
    return await importTenant(client, { file, publicKeys: [], plan: "free", dryRun: false, ...more });
  } catch (error) {
    throw explainDatabaseError(error, "the owner's");
  } finally {
    client.release();
  }
}

/** Every tenant table of a world, with its account's column. */
export async function tenantTables(world: World): Promise<readonly { readonly name: string; readonly account: string }[]> {
  return world.look(`SELECT p.table_id::text AS name, p.account_column::text AS account FROM guard.tenant_tables() p
    JOIN pg_class c ON c.oid = p.table_id WHERE NOT c.relispartition ORDER BY 1`);
}

/** Every row of a tenant as PostgreSQL's text, by table; the line that says that it was brought in aside. */
export async function rowsOf(world: World, accountId: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const found: Record<string, readonly string[]> = {};
  for (const { name, account } of await tenantTables(world)) {
    const own = name === "tenant.audit_log" ? " AND subject <> 'control.accounts'" : "";
    const rows = await world.look<{ row: string }>(
      `SELECT t::text AS row FROM ${name} t WHERE ${account} = $1${own} ORDER BY t::text COLLATE "C"`,
      accountId,
    );
    found[name] = rows.map(({ row }) => row);
  }
  return found;
}

/** What an archive is made of. */
export interface Content {
  manifest: Manifest;
  readonly files: Map<string, Buffer>;
}

export async function readContent(file: string): Promise<Content> {
  const bytes = await readFile(file);
  const places = await listTar(async (offset, length) => bytes.subarray(offset, offset + length), bytes.length);
  const files = new Map([...places.values()].map(({ path, offset, size }) => [path, bytes.subarray(offset, offset + size)]));
  return { manifest: JSON.parse(files.get(MANIFEST_PATH)?.toString() ?? "") as Manifest, files };
}

/** The lines of one table. */
export function linesOf({ manifest, files }: Content, table: string): Record<string, string | null>[] {
  const parts = manifest.tables.find(({ name }) => name === table)?.parts ?? [];
  const text = parts.map(({ path }) => gunzipSync(files.get(path) ?? "").toString()).join("");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, string | null>);
}

/**
 * Writes an archive that is signed as it should be, whatever is in it: one by somebody who has the key and means harm.
 * @param spoil changes the content; its lines' hashes are made again by respell()
 */
export async function forge(from: string, to: string, key: SigningKey, spoil: (content: Content) => void): Promise<string> {
  const content = await readContent(from);
  spoil(content);
  const text = `${JSON.stringify(content.manifest)}\n`;
  const files: PackedFile[] = [...content.files]
    .filter(([path]) => path !== MANIFEST_PATH && path !== SIGNATURE_PATH)
    .map(([path, bytes]) => ({ path, content: bytes }));
  const signed = [
    { path: MANIFEST_PATH, content: Buffer.from(text) },
    { path: SIGNATURE_PATH, content: Buffer.from(signText(text, key)) },
  ];
  await writeFile(to, tar([...files, ...signed]));
  return to;
}

/** Changes the text of a table's first part, and all that the manifest says of it. */
export function respell(content: Content, table: string, change: (text: string) => string, rows?: number): void {
  const found = content.manifest.tables.find(({ name }) => name === table);
  const part = found?.parts[0];
  if (!found || !part) throw new Error(`${table} has no part to change`);
  const text = change(gunzipSync(content.files.get(part.path) ?? "").toString());
  const packed = gzipSync(text);
  content.files.set(part.path, packed);
  const more = (rows ?? part.rows) - part.rows;
  Object.assign(part, {
    bytes: packed.length,
    sha256: sha256(packed),
    textBytes: Buffer.byteLength(text),
    rows: part.rows + more,
  });
  Object.assign(found, { rows: found.rows + more });
  Object.assign(content.manifest, { rows: content.manifest.rows + more });
}
