import { createHash } from "node:crypto";
import { type SigningKey, signText } from "../signing.js";

/** A column as guard.tenant_shape() tells it. */
export interface ColumnShape {
  readonly name: string;
  /** `numeric(12,3)`, as PostgreSQL writes types. */
  readonly type: string;
  readonly nullable: boolean;
  /** Made of other columns: it is in the archive to be read, and isn't brought back. */
  readonly generated: boolean;
  /** What an enum may be. */
  readonly labels: readonly string[] | null;
}

/** What rows of a tenant table look like. */
export interface TableShape {
  /** `tenant.documents`, quoted where SQL needs it. */
  readonly name: string;
  readonly accountColumn: string;
  readonly partitioned: boolean;
  /** The primary key's columns. */
  readonly key: readonly string[];
  readonly columns: readonly ColumnShape[];
}

/** A piece of a table: whole lines of JSON, gzip. */
export interface Part {
  readonly path: string;
  /** Of the file. */
  readonly bytes: number;
  /** Of the file, hex. */
  readonly sha256: string;
  /** Of the lines in it. */
  readonly textBytes: number;
  readonly rows: number;
}

export interface ArchivedTable extends TableShape {
  readonly rows: number;
  readonly parts: readonly Part[];
}

export interface ArchivedAccount {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly contactEmail: string;
}

/** What an archive holds; the signature over its exact text is over all of it. */
export interface Manifest {
  readonly format: 1;
  readonly kind: "tenant";
  /** Version of azora. */
  readonly azora: string;
  readonly exportedAt: string;
  /** PostgreSQL's name for the moment that all rows are of. */
  readonly snapshot: string;
  readonly keyId: string;
  readonly account: ArchivedAccount;
  /** See fingerprintOf(). */
  readonly schema: string;
  readonly rows: number;
  readonly tables: readonly ArchivedTable[];
}

export const README_PATH = "README.txt";
export const MANIFEST_PATH = "manifest.json";
export const SIGNATURE_PATH = "manifest.sig";

/** A signed manifest: its text, the hash that names the archive, and the signature, base64. */
export interface SignedManifest {
  readonly text: string;
  readonly sha256: string;
  readonly signature: string;
}

export function signManifest(manifest: Manifest, key: SigningKey): SignedManifest {
  const text = `${JSON.stringify(manifest, null, 1)}\n`;
  return { text, sha256: sha256(text), signature: signText(text, key) };
}

/** SHA-256 over what rows look like, hex: the same in two installations whose tables take each other's rows. */
export function fingerprintOf(tables: readonly TableShape[]): string {
  const facts = tables.map(({ name, accountColumn, key, columns }) => [name, accountColumn, key, columns.map(columnFact).sort()]);
  return sha256(JSON.stringify(facts));
}

/** All that decides whether a value fits, but not where the column stands. */
export function columnFact({ name, type, nullable, generated, labels }: ColumnShape): string {
  return JSON.stringify([name, type, nullable, generated, labels]);
}

export function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
