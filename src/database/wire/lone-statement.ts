import type { QueryArrayConfig, QueryArrayResult } from "pg";
import { serialize } from "pg-protocol";
import type { Command } from "./batch.js";
import type { Connection } from "./connection.js";
import { constantLimit } from "./constant-limit.js";
import { type ReadEntry, readEntry } from "./read-log.js";
import type { ReadTag } from "./read-tag.js";

/** Has the server send what it has, before it goes on with the rest of the batch. */
const FLUSH = serialize.flush();

/**
 * Runs a statement outside a transaction: context, statement and log in one round trip and
 * one implicit transaction. Gives the connection back.
 * @param onCommitting called when the rows of a model's read are here and their log is still
 * being committed
 */
export async function runAlone(
  connection: Connection,
  config: QueryArrayConfig,
  { tag, onCommitting }: { tag: ReadTag | undefined; onCommitting: (committed: Promise<void>, entry: ReadEntry) => void },
): Promise<QueryArrayResult> {
  const isRaw = tag?.isRaw ?? true;
  const { text, values } = constantLimit(config);
  const entry = connection.caller.readAudit === "off" ? undefined : readEntry(text, tag);
  const isEarly = entry !== undefined && !isRaw;
  let rowsAreHere = () => {};
  const here = new Promise<void>((resolve) => {
    rowsAreHere = resolve;
  });

  // In the order in which they leave: the first one made closes what the server has to forget.
  const opening = [connection.context(), ...connection.mayRead(text)];
  const prepared = connection.statement({ text, values, types: config.types });
  const statement = isEarly ? { ...prepared, messages: [...prepared.messages, FLUSH], onDone: rowsAreHere } : prepared;
  const commands: Command[] = [...opening, statement];
  if (isRaw) {
    // A transaction that was begun stays open when its statement fails, and a pooler leaves us the session until it is wiped.
    commands.unshift(connection.statement({ text: "BEGIN" }));
    connection.touch();
  }
  // Only of a model's read it is certain that nothing was written which has to reach the disk.
  if (entry) commands.push(connection.log([entry], isRaw));
  if (isRaw) commands.push(connection.statement({ text: "COMMIT" }), ...connection.wipe());

  const committed = connection.send(commands, { text, values }).then(
    () => connection.release(),
    async (error) => {
      await cleanUp(connection, isRaw);
      throw error;
    },
  );
  if (isEarly) {
    await Promise.race([here, committed]);
    onCommitting(committed, entry);
  } else await committed;
  return prepared.rows?.result() as QueryArrayResult;
}

/** What a failed raw statement did to the session, a rollback doesn't undo. */
async function cleanUp(connection: Connection, isRaw: boolean): Promise<void> {
  const wiped = isRaw ? connection.send([connection.statement({ text: "ROLLBACK" }), ...connection.wipe()]) : Promise.resolve();
  await wiped.then(
    () => connection.release(),
    () => connection.release(true),
  );
}
