import pg, { type QueryArrayConfig } from "pg";

type Connection = Parameters<InstanceType<typeof pg.Query>["submit"]>[0];

/**
 * A statement with its context in front: both go out before one Sync, so they are one
 * round trip and one implicit transaction, and the transaction-local context is gone when
 * the statement is. Inside a transaction the context holds until the transaction ends.
 */
export class ContextQuery extends pg.Query {
  /** True until the server has answered the context's part of the messages. */
  #inContext: boolean;

  constructor(
    config: QueryArrayConfig,
    private readonly context: { readonly statement: string; readonly token: string } | undefined,
    callback: (error: Error | null, result?: unknown) => void,
  ) {
    // The extended protocol takes one statement a message: raw SQL can't smuggle in a second.
    super({ ...config, queryMode: "extended", callback } as never);
    this.#inContext = context !== undefined;
  }

  prepare(connection: Connection): void {
    if (this.context) {
      connection.parse({ name: "", text: this.context.statement, types: [] }, true);
      connection.bind({ values: [this.context.token] }, true);
      connection.execute({}, true);
    }
    Query.prototype.prepare.call(this, connection);
  }

  handleDataRow(message: unknown): void {
    if (!this.#inContext) Query.prototype.handleDataRow.call(this, message);
  }

  handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.#inContext) this.#inContext = false;
    else Query.prototype.handleCommandComplete.call(this, message, connection);
  }
}

/** What @types/pg leaves out of pg.Query: the half that the connection calls. */
const Query = pg.Query as unknown as {
  prototype: {
    prepare(connection: Connection): void;
    handleDataRow(message: unknown): void;
    handleCommandComplete(message: unknown, connection: Connection): void;
  };
};
