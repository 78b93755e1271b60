import { setTimeout as sleep } from "node:timers/promises";
import type { Pool, PoolClient } from "pg";
import { sqlState } from "../../database/sql-errors.js";
import { AzoraError } from "../../errors.js";
import { type GuardPlan, planGuard } from "./plan.js";
import type { GuardInput } from "./scope.js";
import { LOCK_TIMEOUT_MS, PAGES_A_BATCH, type Step } from "./step.js";

/** Any constant does; two runs on one database must pick the same. */
const APPLY_LOCK = 7_203_114_002;
const ATTEMPTS = 20;
const PAUSE_MS = 1000;
const LOCK_NOT_AVAILABLE = "55P03";
const DEADLOCK = "40P01";

export interface GuardProgress {
  /** Name of the step under way. */
  readonly step: string;
  /** Steps finished, of how many. */
  readonly done: number;
  readonly total: number;
  /** Of a step in batches: pages gone over, of how many. */
  readonly pages?: { readonly done: number; readonly total: number };
}

export interface ApplyOptions {
  readonly dryRun: boolean;
  /** Called before each step and each batch. */
  readonly onProgress?: (progress: GuardProgress) => void;
}

export interface ApplyResult {
  readonly database: string;
  /** Names of the steps that were done now. */
  readonly done: readonly string[];
  /** What is left: everything in a dry run, nothing otherwise. */
  readonly left: readonly string[];
  readonly dryRun: boolean;
}

/**
 * Brings a schema under guard. Every step is one transaction, or one statement that leaves
 * nothing half done; what a run that died has finished, the next one's plan does not hold.
 * @param pool the owner's
 * @throws AzoraError CONFLICT when somebody has to decide first, LOCKED when another run is
 * under way, TIMED_OUT when a lock isn't to be had; and as planGuard()
 */
export async function applyGuard(pool: Pool, input: GuardInput, { dryRun, onProgress }: ApplyOptions): Promise<ApplyResult> {
  const client = await pool.connect();
  // A connection that dies says so to the statement under way; unheard, the event would end the process.
  client.on("error", ignore);
  try {
    const { rows } = await client.query<{ locked: boolean }>(`SELECT pg_try_advisory_lock(${APPLY_LOCK}) AS locked`);
    if (!rows[0]?.locked) throw new AzoraError("LOCKED", "Another guard:apply works on this database.");
    const plan = await planGuard(pool, input);
    requireDecisions(plan);
    const { database, steps } = plan;
    const names = steps.map(({ name }) => name);
    if (dryRun) return { database, done: [], left: names, dryRun };
    for (const [done, step] of steps.entries()) {
      const report: Report = (pages) => onProgress?.({ step: step.name, done, total: steps.length, ...(pages && { pages }) });
      await runStep(client, step, report).catch((error) => {
        throw explained(error, step);
      });
    }
    return { database, done: names, left: [], dryRun };
  } finally {
    await client.query(`SELECT pg_advisory_unlock(${APPLY_LOCK})`).catch(() => undefined);
    client.removeListener("error", ignore);
    client.release();
  }
}

function ignore(): void {}

function requireDecisions({ findings, isBlocked }: GuardPlan): void {
  if (!isBlocked) return;
  const first = findings.filter(({ severity }) => severity === "blocks");
  throw new AzoraError("CONFLICT", `${first.length} things need a decision first. ${first[0]?.message}`, {
    hint: first[0]?.fix ?? "`azora guard:plan` lists them.",
  });
}

type Report = (pages?: { done: number; total: number }) => void;

async function runStep(client: PoolClient, step: Step, report: Report): Promise<void> {
  const { kind, statements, pages } = step;
  const [statement] = statements;
  if (kind === "batches") {
    // A page is added to the count, so that rows which came since the plan was made are seen too.
    for (let page = 0; page <= pages; page += PAGES_A_BATCH) {
      report({ done: page, total: pages });
      const last = page + PAGES_A_BATCH > pages ? LAST_PAGE : page + PAGES_A_BATCH;
      await client.query(statement as string, [`(${page},0)`, `(${last},0)`]);
    }
    return;
  }
  report();
  if (kind === "concurrent") await client.query(statement as string);
  else await retrying(step, () => inTransaction(client, statements));
}

/** What PostgreSQL refuses is somebody's rows or locks; a lost connection is told of elsewhere. */
function explained(error: unknown, { name }: Step): unknown {
  const state = sqlState(error);
  if (state === undefined || /^(08|57)/.test(state)) return error;
  return new AzoraError("CONFLICT", `The step "${name}" failed: ${(error as Error).message}.`, {
    hint: "What is done stays done. Mend what it says and run the same command again.",
    cause: error,
  });
}

const LAST_PAGE = 4_294_967_295;

async function inTransaction(client: PoolClient, statements: readonly string[]): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    for (const statement of statements) await client.query(statement);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/** Gives way to whoever holds a lock, and comes again. */
async function retrying({ name }: Step, work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const state = sqlState(error);
      if (state !== LOCK_NOT_AVAILABLE && state !== DEADLOCK) throw error;
      if (attempt === ATTEMPTS) {
        throw new AzoraError("TIMED_OUT", `A lock for "${name}" was not to be had in ${ATTEMPTS} attempts.`, {
          hint: "Run the same command again when less is going on; what is done stays done.",
          cause: error,
        });
      }
      await sleep(PAUSE_MS);
    }
  }
}
