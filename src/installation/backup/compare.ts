import type { Pool } from "pg";
import { lend } from "../owner-connection.js";
import { databaseFacts } from "./facts.js";
import { differences, KEY_TABLE } from "./figures.js";
import type { Manifest } from "./manifest.js";

/** What was found of a backup in the database that it was restored into. */
export interface Comparison {
  readonly tables: number;
  readonly rows: number;
  /** A line for each thing that is not as the manifest has it. */
  readonly differences: readonly string[];
}

/** Counts and hashes what was restored, and holds it against the manifest. */
export function compareWithManifest(owner: Pool, manifest: Manifest): Promise<Comparison> {
  return lend(owner, async (client) => {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const found = await databaseFacts(client, manifest.contextKeys ? [] : [KEY_TABLE]);
    await client.query("COMMIT");
    const isSameSchema = found.schemaFingerprint === manifest.schemaFingerprint;
    return {
      tables: found.tables.length,
      rows: found.tables.reduce((sum, { rows }) => sum + rows, 0),
      differences: [
        ...(isSameSchema ? [] : ["the tenant tables' schema: another fingerprint"]),
        ...differences(manifest.tables, found.tables),
      ],
    };
  });
}
