import { setTimeout as sleep } from "node:timers/promises";
import { succeeds } from "../scene.js";
import { type Answer, answerOf, lost } from "./answer.js";
import type { Arena } from "./arena.js";
import { type Client, run, type Transaction } from "./doors.js";
import { accountOf, markerOf, type Operation, type Program, type Step } from "./program.js";
import { openings } from "./statements.js";

/** What one step came to. */
export interface Entry {
  readonly actor: string;
  readonly step: Step;
  /** Whether the step as a whole went through. */
  readonly done: boolean;
  readonly answers: readonly Answer[];
}

/** A step that takes longer hangs: it is told as such instead of hanging the test. */
const HUNG_MS = 60_000;
const PATIENCE = { maxWait: 25_000, timeout: 25_000 };

/** Runs a program with those tenants who are present. @returns for each of them, what each step came to */
export async function perform(arena: Arena, program: Program, present: readonly number[]): Promise<Entry[][]> {
  const told: Entry[][] = [];
  for (const tenant of present) {
    const opening: Step = { kind: "batch", operations: openings(tenant, program.ids), isolation: "ReadCommitted" };
    told.push([await new Stage(arena, tenant, "opening").play(opening)]);
  }
  const play = async (tenant: number, at: number, index: number) => {
    const step = program.tenants[tenant]?.[index];
    if (step) told[at]?.push(await new Stage(arena, tenant, `actor ${index}`).play(step));
  };
  const indexes = Array.from({ length: Math.max(...program.tenants.map((steps) => steps.length)) }, (_, index) => index);
  if (program.schedule === "free") {
    await Promise.all(
      present.map(async (tenant, at) => {
        for (const index of indexes) await play(tenant, at, index);
      }),
    );
    return told;
  }
  for (const index of indexes) {
    if (program.schedule === "lockstep") await Promise.all(present.map((tenant, at) => play(tenant, at, index)));
    else for (const [at, tenant] of present.entries()) await play(tenant, at, index);
  }
  return told;
}

/** One step of one tenant: an actor of its own, with a client of its own. */
class Stage {
  constructor(
    private readonly arena: Arena,
    private readonly tenant: number,
    private readonly actor: string,
  ) {}

  async play(step: Step): Promise<Entry> {
    const answers: Answer[] = [];
    const hung = new AbortController();
    const limit = sleep(HUNG_MS, undefined, { signal: hung.signal }).then(
      () => Promise.reject(new Error("hung")),
      () => false,
    );
    const done = await Promise.race([this.#steps[step.kind](step as never, answers), limit]).catch((error: unknown) => {
      answers.push(this.#answer(error));
      return false;
    });
    hung.abort();
    return { actor: this.actor, step, done, answers };
  }

  /** Each adds its answers and tells whether the step went through; what it throws is an answer as well. */
  readonly #steps: { readonly [K in Step["kind"]]: (step: Extract<Step, { kind: K }>, answers: Answer[]) => Promise<boolean> } = {
    single: async ({ operation }, answers) => this.#attempt(this.#client(), operation, answers),

    batch: async ({ operations, isolation }, answers) => {
      const db = this.#client();
      const calls = operations.map((operation) => run(db, operation, this.arena.names));
      const results = await db.$transaction(calls, { isolationLevel: isolation });
      results.forEach((result, at) => {
        answers.push(this.#answer(result, operations[at]));
      });
      return true;
    },

    interactive: async ({ operations, isolation, end, swallow }, answers) => {
      const limits = end === "timeout" ? { ...PATIENCE, timeout: 15 } : PATIENCE;
      const seen = end === "timeout" ? [] : answers;
      const work = async (tx: Transaction) => {
        for (const operation of operations) {
          const went = await this.#attempt(tx, operation, seen);
          if (!went && !swallow && end !== "timeout") throw new Error("given up");
        }
        if (end === "throw") throw new Error("thrown");
        if (end === "timeout") await sleep(30);
        if (end === "timeout") await run(tx, { kind: "call", model: "user", method: "count", args: {} }, this.arena.names);
        if (end === "kill") await this.#kill(tx);
      };
      await this.#client()
        .$transaction(work, { ...limits, isolationLevel: isolation })
        .catch((error: unknown) => {
          if (end === "commit" || end === "throw") throw error;
          answers.push(lost(error));
          throw new Error(end);
        });
      return true;
    },

    tick: async ({ operations, oneClient }, answers) => {
      const shared = this.#client();
      const results = await Promise.all(
        operations.map((operation) =>
          Promise.resolve(run(oneClient ? shared : this.#client(), operation, this.arena.names)).catch((error: unknown) => error),
        ),
      );
      results.forEach((result, at) => {
        answers.push(this.#answer(result, operations[at]));
      });
      return results.every((result) => !(result instanceof Error));
    },

    killed: async ({ write }, answers) => {
      const key = 500_000 + this.tenant;
      const waiting = `SELECT pg_advisory_xact_lock(${key})::text, pg_sleep(20)::text`;
      const text = `${markerOf(this.tenant)} text 0`;
      const sql = write
        ? `WITH w AS (INSERT INTO tenant.users (email, name) VALUES ('killed@example.test', '${text}') RETURNING id) ${waiting} FROM w`
        : waiting;
      // In a storm the session may be gone before it is looked for.
      let isOver = false;
      const answer = this.#client()
        .$queryRawUnsafe(sql)
        .then(
          () => lost(undefined),
          (error: unknown) => lost(error),
        )
        .finally(() => {
          isOver = true;
        });
      while (!isOver && (await this.arena.world.look(END_HOLDER, key)).length === 0) await sleep(2);
      answers.push(await answer);
      return false;
    },

    suspended: async ({ readOnly, operations }, answers) => {
      const accountId = accountOf(this.tenant);
      await this.arena.world.look("SELECT control.suspend_account($1, 'attack', $2)", accountId, readOnly);
      let done = false;
      for (const operation of operations) done = (await this.#attempt(this.#client(), operation, answers)) || done;
      await this.arena.world.look("SELECT control.resume_account($1)", accountId);
      return done;
    },
  };

  #client(): Client {
    return this.arena.client(this.tenant, this.actor);
  }

  async #attempt(door: Client | Transaction, operation: Operation, answers: Answer[]): Promise<boolean> {
    try {
      answers.push(this.#answer(await run(door, operation, this.arena.names), operation));
      return true;
    } catch (error) {
      answers.push(this.#answer(error, operation));
      return false;
    }
  }

  /** Ends the session of a transaction from outside, and sees that the transaction is at its end. */
  async #kill(tx: Transaction): Promise<void> {
    const [row] = await tx.$queryRawUnsafe<{ pid: number }[]>("SELECT pg_backend_pid() AS pid");
    await this.arena.world.look("SELECT pg_terminate_backend($1, 5000)", row?.pid);
    if (await succeeds(Promise.resolve(tx.$queryRawUnsafe("SELECT 1 AS alive")))) throw new Error("not killed");
    throw new Error("killed");
  }

  #answer(result: unknown, operation?: Operation): Answer {
    return answerOf(result, { tenant: this.tenant, opaque: operation?.kind === "raw" && operation.opaque === true });
  }
}

const END_HOLDER = `
  SELECT pg_terminate_backend(pid, 5000) FROM pg_locks
  WHERE locktype = 'advisory' AND objid = $1 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
