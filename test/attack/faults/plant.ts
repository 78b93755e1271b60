import type { PoolClient } from "pg";
import { readCatalog } from "../../../src/isolation/catalog/read-catalog.js";
import { checkRules } from "../../../src/isolation/check-rules.js";
import type { Exemption, Finding } from "../../../src/isolation/finding.js";
import { type Judgement, judge } from "../../../src/isolation/judge.js";
import { subjectKey, subjectOf } from "../../../src/isolation/subject.js";
import { AZORA } from "../../../src/isolation/target.js";
import type { Fault } from "./read-faults.js";

/** Runs statements in a transaction that is rolled back, and tells what the rules find meanwhile. */
export async function findAfter(
  client: PoolClient,
  statements: readonly string[],
  exemptions: readonly Exemption[] = [],
): Promise<Judgement> {
  await client.query("BEGIN");
  try {
    for (const sql of statements) await client.query(sql);
    return await find(client, exemptions);
  } finally {
    await client.query("ROLLBACK");
  }
}

/** What guard.protect() says of a table that a person has to change first. */
const NOT_YET = "AZ013";

/**
 * Runs the mends of a planted fault as they are printed, one behind the other.
 * @returns mends that PostgreSQL refuses, and findings that outlive their own
 */
export async function leftByMends(client: PoolClient, { sql, exemptions }: Fault): Promise<readonly string[]> {
  await client.query("BEGIN");
  try {
    await client.query(sql);
    const { findings } = await find(client, exemptions);
    const left: string[] = [];
    const mended = new Set<string>();
    const keyOf = (finding: Finding) => `${subjectKey(subjectOf(finding))} ${finding.evidence}`;
    for (const finding of findings) {
      if (finding.fix === null) continue;
      // What waits for no lock needs a transaction of its own.
      const statement = `SAVEPOINT mend; ${finding.fix.replace(" CONCURRENTLY", "")}`;
      try {
        await client.query(statement);
        mended.add(keyOf(finding));
      } catch (error) {
        await client.query("ROLLBACK TO SAVEPOINT mend");
        if ((error as { code?: string }).code !== NOT_YET) left.push(`${finding.fix} → ${(error as Error).message}`);
      }
    }
    const after = (await find(client, exemptions)).findings;
    return [...left, ...after.filter((each) => mended.has(keyOf(each))).map(({ fix, rule }) => `${rule} outlives ${fix}`)];
  } finally {
    await client.query("ROLLBACK");
  }
}

/** What the static layer finds in azora's own schema as it is now. */
export async function find(client: PoolClient, exemptions: readonly Exemption[] = []): Promise<Judgement> {
  const target = { ...AZORA, exemptions };
  return accept(checkRules({ catalog: await readCatalog(client), target }).findings, exemptions);
}

/** What is left when exemptions are applied, and those of them that met no finding. */
export function accept(findings: readonly Finding[], exemptions: readonly Exemption[]): Judgement {
  return judge({ findings, exemptions, baseline: [], objects: new Set(), today: "2026-11-23" });
}

/** Short enough for a message of a failed test. */
export function shown({ findings }: Judgement): readonly string[] {
  return findings.map(({ rule, object, evidence }) => `${rule}: ${object}: ${evidence.slice(0, 200)}`);
}
