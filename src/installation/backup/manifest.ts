import type { Mode } from "../../config.js";
import { AzoraError } from "../../errors.js";
import { parseJson } from "../../parse-json.js";
import { count, flag, listOf, oneOf, orNull, record, type Shape, text } from "../../shape.js";
import type { TableFigures } from "./figures.js";

/** A file of the archive. */
export interface BackedUpFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a backup says of itself, as `manifest.json` in it. Part of the public JSON. */
export interface Manifest {
  readonly format: 1;
  readonly kind: "azora-backup";
  readonly azora: string;
  readonly createdAt: string;
  readonly engine: "embedded" | "server";
  readonly mode: Mode;
  /** Login of the installation's operator; null in a self-hosted one. */
  readonly operator: string | null;
  readonly database: string;
  /** PostgreSQL's major version. */
  readonly server: number;
  /** The program that wrote the dump; null for a copy of the embedded database. */
  readonly program: string | null;
  readonly migrations: readonly string[];
  /** SHA-256 over columns, constraints and policies of the tenant tables. */
  readonly schemaFingerprint: string;
  readonly tables: readonly TableFigures[];
  /** Roles besides azora's own that something in the database belongs to or is granted to. */
  readonly roles: readonly string[];
  /** What they may do with the database as a whole, which is in no dump. */
  readonly grants: readonly { readonly role: string; readonly privilege: string }[];
  /** Whether the configuration is in it: the signing key and the logins' passwords. */
  readonly secrets: boolean;
  /** Whether the keys that sign contexts are in it. */
  readonly contextKeys: boolean;
  readonly files: readonly BackedUpFile[];
}

export const MANIFEST_FILE = "manifest.json";
export const CONFIG_FILE = "config.json";

const isManifest = record({
  ...{ format: oneOf(1), kind: oneOf("azora-backup"), azora: text, createdAt: text, database: text, schemaFingerprint: text },
  engine: oneOf("embedded", "server"),
  mode: oneOf("vendor", "self-hosted"),
  ...{ operator: orNull(text), server: count, program: orNull(text), migrations: listOf(text), roles: listOf(text) },
  tables: listOf(record({ name: text, rows: count, fingerprint: text } satisfies Record<keyof TableFigures, Shape>)),
  grants: listOf(record({ role: text, privilege: text })),
  ...{ secrets: flag, contextKeys: flag },
  files: listOf(record({ path: text, bytes: count, sha256: text } satisfies Record<keyof BackedUpFile, Shape>)),
} satisfies Record<keyof Manifest, Shape>);

/** @throws AzoraError INVALID_INPUT for what is no manifest, or one of a later azora */
export function parseManifest(content: string, file: string): Manifest {
  const manifest = readJson(content) as Partial<Manifest> | undefined;
  if (manifest?.kind !== "azora-backup") throw new AzoraError("INVALID_INPUT", `${file} is no backup of azora.`);
  if (isManifest(manifest)) return manifest as Manifest;
  if (manifest.format === 1) throw new AzoraError("INVALID_INPUT", `The manifest of ${file} is not as azora writes it.`);
  throw new AzoraError("INVALID_INPUT", `${file} is a backup of a form that this azora doesn't know.`, { hint: "Update azora." });
}

function readJson(content: string): unknown {
  try {
    return parseJson(content);
  } catch {
    return undefined;
  }
}
