import type { PoolClient } from "pg";
import { readCatalog } from "../../../src/isolation/catalog/read-catalog.js";
import { checkRules } from "../../../src/isolation/check-rules.js";
import { type SortedFindings, sortFindings } from "../../../src/isolation/exempt.js";
import type { Exemption } from "../../../src/isolation/finding.js";
import { AZORA } from "../../../src/isolation/target.js";

/** Runs statements in a transaction that is rolled back, and tells what the rules find meanwhile. */
export async function findAfter(
  client: PoolClient,
  statements: readonly string[],
  exemptions: readonly Exemption[] = [],
): Promise<SortedFindings> {
  await client.query("BEGIN");
  try {
    for (const sql of statements) await client.query(sql);
    return await find(client, exemptions);
  } finally {
    await client.query("ROLLBACK");
  }
}

/** What the static layer finds in azora's own schema as it is now. */
export async function find(client: PoolClient, exemptions: readonly Exemption[] = []): Promise<SortedFindings> {
  const target = { ...AZORA, exemptions };
  return sortFindings(checkRules({ catalog: await readCatalog(client), target }).findings, exemptions);
}

/** Short enough for a message of a failed test. */
export function shown({ open }: SortedFindings): readonly string[] {
  return open.map(({ rule, object, evidence }) => `${rule}: ${object}: ${evidence.slice(0, 200)}`);
}
