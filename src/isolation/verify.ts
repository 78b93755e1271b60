import type { ClientBase } from "pg";
import { type Assembled, assemble, type Harvest } from "./assemble.js";
import type { BaselineEntry } from "./baseline.js";
import type { Catalog } from "./catalog/catalog.js";
import { readCatalog } from "./catalog/read-catalog.js";
import { checkRules } from "./check-rules.js";
import { countRecords, figuresOf } from "./figures.js";
import { schemaFingerprint } from "./fingerprint.js";
import { objectOf } from "./names.js";
import type { LoginPools } from "./probes/own-connection.js";
import { type ProbeAnswer, runProbes } from "./probes/run-probes.js";
import type { Facts } from "./rule.js";
import { runSelfTest, type SelfTestInput } from "./self-test/run-self-test.js";
import type { SourceAnswer, SourceInput } from "./source/check-source.js";
import { checkSource } from "./source/check-source.js";
import type { Target } from "./target.js";
import { tenantTables } from "./tenancy.js";
import type { Breakage, Verification } from "./verification.js";

export interface VerifyInput {
  /** A connection of the owner's, outside any transaction; everything that is tried is rolled back on it. */
  readonly client: ClientBase;
  readonly target: Target;
  /** The planes' own connections, where they are at hand. */
  readonly logins?: LoginPools;
  /** Version of azora. */
  readonly azora: string;
  readonly baseline: readonly BaselineEntry[];
  /** Whether anything is tried; the catalog is read in any case. */
  readonly probes: boolean;
  /** Whether each guarantee is broken on purpose as well, to see the checks go red. */
  readonly selfTest: boolean;
  /** The application's own files; null where none were named. */
  readonly source: Omit<SourceInput, "target"> | null;
}

/** A verification with what it was made from. */
export interface Inspection extends Assembled {
  readonly catalog: Catalog;
  /** The same results under another baseline. */
  judgeAgain(baseline: readonly BaselineEntry[]): Verification;
}

const NOTHING_TRIED: ProbeAnswer = { probes: [], unclear: [], identities: [] };
const NOT_TESTED: SelfTest = { breakages: null, unclear: [] };
const NO_FILES: SourceAnswer = { results: [], findings: [], accepted: [], stale: [], unclear: [] };

/**
 * Checks whether tenants are isolated in a database: what its catalog says, what its logins can do, and whether the
 * checks themselves can fail. Changes nothing.
 */
export async function verify(input: VerifyInput): Promise<Verification> {
  return (await inspect(input)).verification;
}

/** The same, and the catalog beside it. */
export async function inspect({ client, target, logins = {}, azora, ...layers }: VerifyInput): Promise<Inspection> {
  const checkedAt = new Date().toISOString();
  const catalog = await readCatalog(client);
  const facts: Facts = { catalog, target };
  const rules = checkRules(facts);
  const records = await countRecords(client, tenantTables(facts));
  const tried = layers.probes ? await runProbes({ client, catalog, target, logins }) : NOTHING_TRIED;
  const tested = layers.selfTest ? await selfTest({ client, catalog, target }) : NOT_TESTED;
  const files = layers.source ? await checkSource({ ...layers.source, target }) : NO_FILES;
  const harvest: Harvest = {
    ...{ azora, checkedAt, server: catalog.server, schemaFingerprint: schemaFingerprint(catalog) },
    ...{ rules: [...rules.results, ...files.results], findings: [...rules.findings, ...files.findings] },
    ...{ probes: tried.probes, identities: tried.identities, selfTest: tested.breakages },
    figures: figuresOf(facts, { records, probes: tried.probes }),
    unclear: [...missingParts(facts), ...tried.unclear, ...tested.unclear, ...files.unclear],
    objects: objectsOf(catalog),
    inSource: { accepted: files.accepted.map((each) => ({ ...each, until: null })), stale: files.stale },
  };
  return {
    catalog,
    ...assemble(harvest, target, layers.baseline),
    judgeAgain: (other) => assemble(harvest, target, other).verification,
  };
}

interface SelfTest {
  readonly breakages: readonly Breakage[] | null;
  readonly unclear: readonly string[];
}

/** Where nothing can be broken nothing was shown: that is a doubt, and no reason to keep the rest back. */
async function selfTest(input: SelfTestInput): Promise<SelfTest> {
  try {
    return { breakages: await runSelfTest(input), unclear: [] };
  } catch (error) {
    // What PostgreSQL and the network say has a code, and is no answer.
    const { code } = error as { code?: unknown };
    if (code !== undefined && code !== "UNDECIDED") throw error;
    return { breakages: null, unclear: [(error as Error).message] };
  }
}

/** What the target names and the database lacks: without it nothing would be checked and all would look well. */
function missingParts(facts: Facts): string[] {
  const { catalog, target } = facts;
  const roles = new Set(catalog.roles.map(({ name }) => name));
  const schemas = new Set(catalog.schemas.map(({ name }) => name));
  const named = [...target.roles.runtime, ...target.roles.control, ...target.roles.owners];
  return [
    ...(tenantTables(facts).length === 0 ? [`No table belongs to tenants in ${target.schemas.join(", ")}.`] : []),
    ...target.schemas.filter((name) => !schemas.has(name)).map((name) => `There is no schema ${name}.`),
    ...named.filter((name) => !roles.has(name)).map((name) => `There is no role ${name}.`),
    ...(catalog.relations.some(({ name }) => name === target.accounts.table)
      ? []
      : [`There is no table ${target.accounts.table}.`]),
  ];
}

function objectsOf({ relations, functions, roles, schemas }: Catalog): ReadonlySet<string> {
  return new Set([
    ...relations.map(objectOf),
    ...functions.map(({ name }) => `function ${name}`),
    ...roles.map(({ name }) => `role ${name}`),
    ...schemas.map(({ name }) => `schema ${name}`),
  ]);
}
