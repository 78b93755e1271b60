import type { PoolClient } from "pg";
import { compareShapes } from "../../archive/compare-shapes.js";
import type { ArchivedAccount, Manifest, TableShape } from "../../archive/manifest.js";
import { type OpenArchive, openArchive } from "../../archive/open-archive.js";
import { checkEmail, checkName, checkSlug } from "../../control-plane/input.js";
import { listHandovers, listSigningKeys } from "../../database/guard-keys.js";
import { AzoraError } from "../../errors.js";
import { trustedKeys } from "../../key-handover.js";
import type { TrustedKey } from "../../signing.js";
import { insertRows } from "./insert-rows.js";

export interface ImportTenantInput {
  /** What tenant:export wrote. */
  readonly file: string;
  /** Whom to believe; without any, the keys that this database publishes. */
  readonly publicKeys: readonly TrustedKey[];
  /** Another account id than the archive's. */
  readonly asId?: string;
  /** Another slug than the archive's. */
  readonly slug?: string;
  /** Code of the plan that the tenant subscribes to here. */
  readonly plan: string;
  /** Does all of it and takes it back. */
  readonly dryRun: boolean;
  /** Told which table rows come in to, how many are there by then, and of how many. */
  readonly onRows?: (table: string, rows: number, total: number) => void;
}

export interface ImportTenantResult {
  /** False when this archive is in this account already. */
  readonly imported: boolean;
  readonly dryRun: boolean;
  readonly account: ArchivedAccount;
  /** Rows by table. */
  readonly tables: Readonly<Record<string, number>>;
  readonly rows: number;
  readonly archive: {
    /** SHA-256 of its manifest, hex. */
    readonly manifest: string;
    readonly keyId: string;
    readonly exportedAt: string;
    /** The account's id where it comes from. */
    readonly accountId: string;
  };
}

const DIFFERENCES_SHOWN = 10;

/**
 * Brings a tenant in from an archive, in one transaction: killed at any point nothing of it is there, and the same
 * call again does it all; done already, it does nothing. Rows are the archive's to the letter, their history with them.
 * @param client a connection of the owner's
 * @throws AzoraError INVALID_INPUT (archive), CONFLICT (other tables here), ALREADY_EXISTS (id, slug), NOT_FOUND (plan),
 * NOT_PERMITTED, NOT_CONFIGURED (no key to believe)
 */
export async function importTenant(client: PoolClient, input: ImportTenantInput): Promise<ImportTenantResult> {
  const { file, plan, dryRun } = input;
  const archive = await openArchive(file, input.publicKeys.length > 0 ? input.publicKeys : await publishedKeys(client));
  try {
    const { manifest, sha256 } = archive;
    const { exportedAt, keyId, tables, rows } = manifest;
    const account = accountHere(manifest, input);
    const from = { manifest: sha256, keyId, exportedAt, accountId: manifest.account.id };
    const shapes = await shapesHere(client, manifest);
    const counts = Object.fromEntries(tables.map((table) => [table.name, table.rows]));
    const imported = await inTransaction(client, dryRun, async () => {
      const opened = await client.query<{ opened: boolean }>("SELECT guard.open_import($1, $2, $3) AS opened", [
        ...[JSON.stringify(account), plan, sha256],
      ]);
      if (!opened.rows[0]?.opened) return false;
      await insert(archive, shapes);
      await client.query("SELECT guard.close_import($1, $2, $3)", [
        ...[account.id, JSON.stringify(counts), JSON.stringify({ ...from, rows })],
      ]);
      return true;
    });
    return { imported, dryRun, account, tables: counts, rows, archive: from };

    function insert(opened: OpenArchive, known: ReadonlyMap<string, TableShape>): Promise<void> {
      const { onRows = () => undefined } = input;
      return insertRows(client, { file, archive: opened, accountId: account.id, shapes: known, onRows });
    }
  } finally {
    await archive.close();
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws AzoraError INVALID_INPUT for what no account has */
function accountHere({ account }: Manifest, { asId, slug }: ImportTenantInput): ArchivedAccount {
  if (asId !== undefined && !UUID.test(asId)) throw new AzoraError("INVALID_INPUT", `"${asId}" is no account id: a UUID is one.`);
  const here = { ...account, ...(asId && { id: asId.toLowerCase() }), ...(slug && { slug }) };
  checkSlug(here.slug);
  checkName(here.name);
  checkEmail(here.contactEmail);
  return here;
}

/** @throws AzoraError CONFLICT saying in what they differ */
async function shapesHere(client: PoolClient, { tables }: Manifest): Promise<ReadonlyMap<string, TableShape>> {
  const { rows } = await client.query<{ shape: readonly TableShape[] }>("SELECT guard.tenant_shape() AS shape");
  const here = rows[0]?.shape ?? [];
  const differences = compareShapes(tables, here);
  if (differences.length === 0) return new Map(here.map((shape) => [shape.name, shape]));
  const [shown, more] = [differences.slice(0, DIFFERENCES_SHOWN), differences.length - DIFFERENCES_SHOWN];
  throw new AzoraError(
    "CONFLICT",
    `The archive's tables are not those of this installation: ${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}.`,
    { hint: "Bring both installations to the same version of azora and of the application, then export again." },
  );
}

/** @throws AzoraError NOT_CONFIGURED */
async function publishedKeys(client: PoolClient): Promise<readonly TrustedKey[]> {
  const roots = (await listSigningKeys(client)).map(({ publicKey }) => publicKey);
  if (roots.length > 0) return trustedKeys(roots, await listHandovers(client));
  throw new AzoraError("NOT_CONFIGURED", "There is no key to hold the archive against.", {
    hint: "Pass the public key of the installation that it comes from with --public-key FILE.",
  });
}

async function inTransaction<T>(client: PoolClient, dryRun: boolean, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  try {
    for (const setting of SETTINGS) await client.query(`SET LOCAL ${setting}`);
    const result = await work();
    await client.query(dryRun ? "ROLLBACK" : "COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/** However the login is set up: texts are read as they were written, and nothing ends what takes long. */
const SETTINGS = [
  ...["statement_timeout = 0", "lock_timeout = 0", "idle_in_transaction_session_timeout = 0"],
  ...["datestyle = 'ISO, YMD'", "timezone = 'UTC'", "lc_monetary = 'C'", "xmloption = 'content'"],
];
