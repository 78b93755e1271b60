import { setImmediate } from "node:timers/promises";
import type { Engine } from "../../database/engine.js";
import type { Caller, Source } from "../../database/wire/caller.js";
import { contextAdapter } from "../../database/wire/prisma-adapter.js";
import { type CommenterContext, isModelStatement, type ReadTag, tagOf } from "../../database/wire/read-tag.js";
import { AzoraError } from "../../errors.js";
import type { CompilerLoader, EngineClass, EngineConfig, PrismaEngine, Query } from "./internals.js";
import type { LogHealth } from "./log-health.js";

export interface LaneParts {
  readonly database: Engine;
  readonly EngineClass: EngineClass;
  readonly config: EngineConfig;
  readonly compiler: CompilerLoader;
  readonly health: LogHealth;
}

/**
 * One Prisma engine, which serves one request at a time and so knows whose it is. Requests
 * inside a transaction need no turn: their connection belongs to the transaction.
 */
export class Lane implements Source {
  readonly engine: PrismaEngine;
  #served: Caller | undefined;
  /** Of all statements of the request, where they can be told from it. */
  #requestTag: ReadTag | undefined;
  #tag: { readonly sql: string | undefined; readonly tag: ReadTag } | undefined;
  /** Transactions open here, whose requests may come between. */
  #transactions = 0;
  /** Asked by Prisma about each statement, for which it copies the whole request: empty while that isn't needed. */
  readonly #commenters: ((context: CommenterContext) => Record<string, string>)[] = [];
  #committing: Promise<void>[] = [];
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(private readonly parts: LaneParts) {
    const { database, EngineClass, config, compiler } = parts;
    this.engine = new EngineClass(
      {
        ...config,
        adapter: contextAdapter(database, this),
        sqlCommenters: this.#commenters,
      },
      compiler,
    );
  }

  /**
   * Has the engine do one request for a client. After an error the lane goes on serving that
   * client until recovered().
   * @param query the request, where it is a single one
   */
  async serve<T>(served: Caller, request: (engine: PrismaEngine) => Promise<T>, query?: Query): Promise<T> {
    this.#served = served;
    this.#requestTag = query?.modelName && this.#transactions === 0 ? tagOf({ query }) : undefined;
    this.#commenters.length = 0;
    if (!this.#requestTag) this.#commenters.push((context) => this.#remember(context));
    const result = await request(this.engine);
    if (this.#committing.length > 0) await this.#logged(served);
    this.#leave();
    return result;
  }

  /** Waits for the lines of what was read, or has somebody look after them. */
  async #logged({ readAudit, onUnlogged }: Caller): Promise<void> {
    const { health } = this.parts;
    const written = Promise.all(this.#committing).then(() => health.written());
    if (readAudit === "sync" || health.isFailing) return written;
    written.catch((error) => {
      health.failed();
      onUnlogged?.(error);
    });
  }

  /**
   * Waits until nothing of a failed request is under way any more. Prisma runs branches of a
   * request at once and reports the first failure; another may still be waiting for the
   * database, or be about to go on, which it does before the event loop's next turn.
   */
  async recovered(): Promise<void> {
    do {
      await Promise.allSettled(this.#underWay);
      await setImmediate();
    } while (this.#underWay.size > 0);
    this.#leave();
  }

  caller(): Caller {
    if (this.#served) return this.#served;
    throw new AzoraError("FAILURE", "A statement without a tenant left a Prisma engine. Please report this.");
  }

  takeTag(sql: string): ReadTag | undefined {
    const taken = this.#tag;
    this.#tag = undefined;
    if (taken?.sql === sql) return taken.tag;
    return isModelStatement(sql) ? this.#requestTag : undefined;
  }

  transaction(): () => void {
    // That of a single request ends with it.
    if (this.#requestTag) return () => undefined;
    this.#transactions += 1;
    return () => {
      this.#transactions -= 1;
    };
  }

  track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    return work.finally(() => this.#underWay.delete(work));
  }

  onCommitting(committed: Promise<void>): void {
    // Whether it fails is asked at the end of the request; until then nobody listens.
    committed.catch(() => undefined);
    this.#committing.push(committed);
  }

  /** Prisma calls it for each statement, right before it hands the statement to the adapter. */
  #remember(context: CommenterContext): Record<string, string> {
    this.#tag = { sql: context.sql, tag: tagOf(context) };
    return {};
  }

  #leave(): void {
    this.#served = undefined;
    this.#requestTag = undefined;
    this.#committing = [];
  }
}
