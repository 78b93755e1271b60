import { createHash } from "node:crypto";
import type { CustomTypesConfig } from "pg";
import { prepareValue } from "pg/lib/utils.js";
import { serialize } from "pg-protocol";
import type { Command } from "./batch.js";
import { type Columns, Rows } from "./rows.js";

interface Prepared {
  readonly name: string;
  readonly columns: Columns | undefined;
}

export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Given when the rows are wanted. */
  readonly types?: CustomTypesConfig | undefined;
}

const EXECUTE = serialize.execute();
const DESCRIBE = serialize.describe({ type: "P", name: "" });
/** As many as a connection keeps prepared; each holds a plan in the server's memory. */
const MOST = 250;

/**
 * What one connection has prepared. A text is prepared when it comes for the second time:
 * from then on PostgreSQL parses it no more, and after five runs plans it no more either,
 * unless plans for the actual values are cheaper; its columns need no describing.
 */
export class Statements {
  readonly #prepared = new Map<string, Prepared>();
  readonly #seenOnce = new Set<string>();
  /** Names that the server may still know, to be closed with the next command. */
  #toClose: string[] = [];

  /** @param reuse false where the connection is not the same session from one transaction to the next */
  constructor(private readonly reuse: boolean) {}

  /** The command that runs a statement on this connection. */
  command({ text, values = [], types }: Statement): Command {
    const known = this.#prepared.get(text);
    const name = known?.name ?? this.#nameFor(text);
    const rows = types && new Rows(types, known?.columns);
    const messages = this.#closing();
    if (!known) messages.push(serialize.parse({ name, text, types: [] }));
    messages.push(serialize.bind({ statement: name, values: values as unknown[], valueMapper: prepareValue }));
    if (rows && !known?.columns) messages.push(DESCRIBE);
    messages.push(EXECUTE);
    const onEnd = (error?: Error) => {
      if (name === "") return;
      if (!error) this.#keep(text, { name, columns: rows?.columns });
      else if (!known || isOutdated(error)) this.#giveUp(text, name);
    };
    return { messages, onEnd, ...(rows && { rows }) };
  }

  /** After DEALLOCATE ALL the server knows none of them. */
  forget(): void {
    this.#prepared.clear();
    this.#toClose = [];
  }

  #nameFor(text: string): string {
    if (!this.reuse) return "";
    if (this.#seenOnce.delete(text)) return nameOf(text);
    if (this.#seenOnce.size >= MOST) this.#seenOnce.clear();
    this.#seenOnce.add(text);
    return "";
  }

  #keep(text: string, statement: Prepared): void {
    // Last used, last in the map: the first is the one to give up.
    this.#prepared.delete(text);
    this.#prepared.set(text, statement);
    if (this.#prepared.size <= MOST) return;
    const [oldest, { name }] = this.#prepared.entries().next().value as [string, Prepared];
    this.#giveUp(oldest, name);
  }

  /** Whether the server knows the name is not certain after an error; closing it does no harm. */
  #giveUp(text: string, name: string): void {
    this.#prepared.delete(text);
    this.#toClose.push(name);
  }

  #closing(): Buffer[] {
    if (this.#toClose.length === 0) return [];
    const messages = this.#toClose.map((name) => serialize.close({ type: "S", name }));
    this.#toClose = [];
    return messages;
  }
}

/** A name that no other text has, in no process: a pooler may lend one session to several. */
function nameOf(text: string): string {
  return `azora_${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
}

/** A table has changed under a prepared statement, or somebody dropped it: prepared anew it works. */
export function isOutdated(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "0A000" || code === "26000";
}
