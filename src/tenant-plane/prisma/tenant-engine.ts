import type { Caller } from "../../database/wire/caller.js";
import type { BatchOptions, PrismaEngine, Query, RequestOptions, TransactionInfo } from "./internals.js";
import type { Lane } from "./lane.js";
import type { Lanes } from "./lanes.js";

/** More than can be open at once: what is forgotten has long ended. */
const MOST_TRANSACTIONS = 1000;

/** What one tenant's client takes for its engine: it has each request done on a shared lane. */
export class TenantEngine implements PrismaEngine {
  readonly name = "ClientEngine";
  /** Where this client's transactions are. */
  readonly #transactions = new Map<string, Lane>();

  constructor(
    private readonly lanes: Lanes,
    private readonly caller: Caller,
  ) {}

  async start(): Promise<void> {
    await this.#serve((engine) => engine.start());
  }
  /** The engines are everybody's. */
  async stop(): Promise<void> {}
  version(): string {
    return "unknown";
  }

  request(query: Query, options: RequestOptions): Promise<unknown> {
    return this.#run(options.interactiveTransaction, (engine) => engine.request(query, options), query);
  }

  requestBatch(queries: readonly unknown[], options: BatchOptions): Promise<unknown> {
    const transaction = options.transaction?.kind === "itx" ? options.transaction.options : undefined;
    return this.#run(transaction, (engine) => engine.requestBatch(queries, options));
  }

  async transaction(action: "start" | "commit" | "rollback", headers: unknown, info: TransactionInfo): Promise<TransactionInfo> {
    if (action !== "start" || info.newTxId) return this.#run(info, (engine) => engine.transaction(action, headers, info));
    const { result, lane } = await this.lanes.serve(this.caller, (engine) => engine.transaction(action, headers, info));
    this.#transactions.set(result.id as string, lane);
    if (this.#transactions.size > MOST_TRANSACTIONS) {
      this.#transactions.delete(this.#transactions.keys().next().value as string);
    }
    return result;
  }

  /** Inside a transaction of this client where that is; an engine that doesn't know the transaction says so. */
  async #run<T>(
    transaction: TransactionInfo | undefined,
    request: (engine: PrismaEngine) => Promise<T>,
    query?: Query,
  ): Promise<T> {
    const lane = transaction && this.#transactions.get((transaction.newTxId ?? transaction.id) as string);
    return lane ? request(lane.engine) : this.#serve(request, query);
  }

  async #serve<T>(request: (engine: PrismaEngine) => Promise<T>, query?: Query): Promise<T> {
    return (await this.lanes.serve(this.caller, request, query)).result;
  }
}
