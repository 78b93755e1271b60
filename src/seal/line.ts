import { leafHash } from "./merkle.js";

/** Which log: an account's id, or the control plane's own. */
export type LogName = string;

export const CONTROL_PLANE: LogName = "control-plane";

const TIME = `pg_catalog.to_char(l.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const HASH = "'contentHash', pg_catalog.encode(l.content_hash, 'hex')";

/**
 * A row as the line that is exported and hashed, in SQL: the text of a JSON object, made by PostgreSQL, so that no number
 * and no key of a value is written another way than it is kept. guard.hash_audit() hashes the same without its last field.
 */
export const TENANT_LINE = `pg_catalog.json_build_object('accountId', l.account_id, 'id', l.id, 'transactionId', l.transaction_id,
  'occurredAt', ${TIME}, 'actor', l.actor, 'operation', l.operation, 'subject', l.subject, 'rowId', l.row_id, 'method', l.method,
  'filter', l.filter, 'rowCount', l.row_count, 'oldValues', l.old_values, 'newValues', l.new_values, ${HASH})::text`;

export const CONTROL_LINE = `pg_catalog.json_build_object('id', l.id, 'transactionId', l.transaction_id, 'occurredAt', ${TIME},
  'operator', l.operator, 'action', l.action, 'outcome', l.outcome, 'accountId', l.account_id, 'accountSlug', l.account_slug,
  'oldValues', l.old_values, 'newValues', l.new_values, 'reason', l.reason, 'message', l.message, 'command', l.command,
  'requestId', l.request_id, ${HASH})::text`;

/** What a line is known by, and what it hashes to. */
export interface SealedLine {
  readonly log: LogName;
  readonly id: string;
  readonly transactionId: number;
  /** Of the line's text as it is here. */
  readonly leaf: Buffer;
  /** What the row says that it hashes to, hex. */
  readonly said: string;
}

const HEAD = /^\{(?:"accountId" : "([0-9a-f-]{36})", )?"id" : (?:"([0-9a-f-]{36})"|(\d+)), "transactionId" : (\d+), "/;
const TAIL = ', "contentHash" : "';
const TAIL_LENGTH = TAIL.length + 64 + '"}'.length;

/** Reads a line by its places: what stands in its values can't be taken for anything else. @returns undefined for what is none */
export function readLine(line: string): SealedLine | undefined {
  const head = HEAD.exec(line);
  const end = line.length - TAIL_LENGTH;
  if (!head || !line.startsWith(TAIL, end) || !line.endsWith('"}')) return undefined;
  const [, account, uuid, number, transaction] = head;
  if ((account === undefined) !== (uuid === undefined)) return undefined;
  return {
    log: account ?? CONTROL_PLANE,
    id: uuid ?? (number as string),
    transactionId: Number(transaction),
    leaf: leafHash(`${line.slice(0, end)}}`),
    said: line.slice(end + TAIL.length, -2),
  };
}

/** Ids in the order of their log: below 0 when `one` comes first. UUIDs as PostgreSQL compares them, numbers as numbers. */
export function compareIds(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : one > other ? 1 : 0;
}
