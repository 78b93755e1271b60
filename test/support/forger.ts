import type { PoolClient } from "pg";
import type { Checkpoint } from "../../src/seal/checkpoint.js";
import { readPages, TENANT_LOG } from "../../src/seal/read-pages.js";
import { type LogVerdict, type SealedLog, verifyLog } from "../../src/seal/verify-log.js";
import type { Random } from "../billing/random.js";
import { rehash } from "./sealed.js";

/** A row of a sealed log, as a forger finds it. */
export interface SealedRow {
  readonly id: string;
  /** The checkpoint that covers it. */
  readonly checkpoint: number;
}

export interface Ground {
  readonly account: string;
  /** Another tenant, whose log is sealed too. */
  readonly other: string;
  readonly rows: readonly SealedRow[];
  readonly checkpoints: number;
}

/** What a log is held against. */
export interface Judgement {
  readonly keys: readonly string[];
  readonly kept: readonly Checkpoint[];
}

/** Does what a forger does, looks in the same transaction, and undoes it. */
export async function tryForgery(
  client: PoolClient,
  { account, statements }: { readonly account: string; readonly statements: readonly string[] },
  by: Judgement,
): Promise<LogVerdict> {
  try {
    await client.query("BEGIN");
    await client.query(
      ["log", "checkpoints", "retentions"].map((part) => `ALTER TABLE tenant.audit_${part} DISABLE TRIGGER USER`).join("; "),
    );
    for (const statement of statements) await client.query(statement);
    return await verifyLog(inTransaction(client, account), by);
  } finally {
    await client.query("ROLLBACK");
  }
}

/** A log that the superuser reads in its own transaction. */
function inTransaction(client: PoolClient, account: string): SealedLog {
  const query = async <Row extends object>(text: string, values: readonly unknown[]) =>
    (await client.query<Row>(text, [...values])).rows;
  const of = `FROM tenant.audit_checkpoints WHERE account_id = '${account}'`;
  return {
    log: account,
    checkpoints: () => query(`SELECT payload, hash, key_id AS "keyId", signature ${of} ORDER BY sequence`, []),
    retentions: () =>
      query(
        `SELECT payload, hash, key_id AS "keyId", signature FROM tenant.audit_retentions WHERE account_id = '${account}' ORDER BY sequence`,
        [],
      ),
    leaves: async (sequence) => (await query<{ leaves: Buffer }>(`SELECT leaves ${of} AND sequence = $1`, [sequence]))[0]?.leaves,
    pages: () => readPages(query, { table: TENANT_LOG, account }),
  };
}

/** Why a verdict is not that of a change: it was not found, or something is said that isn't so. */
export function whyWrong({ rows, checkpoints }: Forgery, { problems }: LogVerdict): string | null {
  if (problems.length === 0) return "nothing was found";
  const isTrue = ({ checkpoint, row }: LogVerdict["problems"][number]) =>
    row === null ? checkpoint !== null && checkpoints.includes(checkpoint) : rows.includes(row);
  return problems.every(isTrue) ? null : `invented: ${JSON.stringify(problems, null, 1)}`;
}

/** One change, and what may be said of it: nothing else was touched. */
export interface Forgery {
  readonly name: string;
  readonly statements: readonly string[];
  readonly rows: readonly string[];
  readonly checkpoints: readonly number[];
}

type Kind = (ground: Ground, random: Random) => Forgery;

const EDITS = [
  "actor = actor || 'x'",
  "actor = ''",
  "operation = CASE operation WHEN 'create' THEN 'delete' ELSE 'create' END::tenant.audit_operation",
  "subject = 'roles'",
  "row_id = row_id || '1'",
  "method = 'raw'",
  "row_count = coalesce(row_count, 0) + 1",
  `filter = '{"where": 1}'`,
  `old_values = '{"was": 1.0}'`,
  `new_values = coalesce(new_values, '{}') || '{"status": "released"}'`,
  "new_values = NULL",
  "occurred_at = occurred_at - interval '1 microsecond'",
  "occurred_at = occurred_at + interval '1 year'",
];

const log = (account: string) => `account_id = '${account}'`;
const one = (account: string, id: string) => `${log(account)} AND id = '${id}'`;
/** The next id: nobody else has it. */
const behind = (id: string) =>
  `${id.slice(0, -4)}${((Number.parseInt(id.slice(-4), 16) + 1) % 65536).toString(16).padStart(4, "0")}`;

export const KINDS: Readonly<Record<string, Kind>> = {
  edit: ({ account, rows }, random) => {
    const { id, checkpoint } = random.pick(rows);
    const set = random.pick(EDITS.filter((each) => each !== "new_values = NULL"));
    return {
      name: `edit ${set}`,
      statements: [`UPDATE tenant.audit_log SET ${set} WHERE ${one(account, id)}`],
      rows: [id],
      checkpoints: [checkpoint],
    };
  },
  "edit and hash anew": ({ account, rows }, random) => {
    const { id, checkpoint } = random.pick(rows);
    const set = random.pick(EDITS.filter((each) => each !== "new_values = NULL"));
    const statements = [`UPDATE tenant.audit_log SET ${set} WHERE ${one(account, id)}`, rehash(one(account, id))];
    return { name: `edit and hash anew ${set}`, statements, rows: [id], checkpoints: [checkpoint] };
  },
  "another hash": ({ account, rows }, random) => {
    const { id, checkpoint } = random.pick(rows);
    const statements = [`UPDATE tenant.audit_log SET content_hash = sha256(content_hash) WHERE ${one(account, id)}`];
    return { name: "another hash", statements, rows: [id], checkpoints: [checkpoint] };
  },
  "another transaction": ({ account, rows, checkpoints }, random) => {
    const { id } = random.pick(rows);
    const by = random.pick(["+ 1000000", "- 1", "+ 1"]);
    const statements = [
      `UPDATE tenant.audit_log SET transaction_id = transaction_id ${by} WHERE ${one(account, id)}`,
      rehash(one(account, id)),
    ];
    return { name: `another transaction ${by}`, statements, rows: [id], checkpoints: every(checkpoints) };
  },
  delete: ({ account, rows }, random) => {
    const { id, checkpoint } = random.pick(rows);
    return {
      name: "delete",
      statements: [`DELETE FROM tenant.audit_log WHERE ${one(account, id)}`],
      rows: [],
      checkpoints: [checkpoint],
    };
  },
  insert: ({ account, rows, checkpoints }, random) => {
    const { id } = random.pick(rows.slice(0, -1));
    const added = behind(id);
    const transaction = random.pick(["transaction_id", "transaction_id", "pg_current_xact_id()::text::bigint"]);
    const columns = "actor, operation, subject, row_id, method, filter, row_count, old_values, new_values";
    const statements = [
      `INSERT INTO tenant.audit_log (account_id, id, occurred_at, ${columns}, transaction_id, content_hash)
       SELECT account_id, '${added}', occurred_at, ${columns}, ${transaction}, '\\x00' FROM tenant.audit_log WHERE ${one(account, id)}`,
      rehash(one(account, added)),
    ];
    return { name: `insert with ${transaction}`, statements, rows: [added], checkpoints: every(checkpoints) };
  },
  "swap two": ({ account, rows }, random) => {
    const [first, second] = random.shuffle(rows) as [SealedRow, SealedRow];
    const statements = [
      `UPDATE tenant.audit_log SET id = '00000000-0000-7000-8000-000000000001' WHERE ${one(account, first.id)}`,
      `UPDATE tenant.audit_log SET id = '${first.id}' WHERE ${one(account, second.id)}`,
      `UPDATE tenant.audit_log SET id = '${second.id}' WHERE ${one(account, "00000000-0000-7000-8000-000000000001")}`,
      ...(random.chance(0.5) ? [rehash(`${log(account)} AND id IN ('${first.id}', '${second.id}')`)] : []),
    ];
    // Between two ranges their transaction numbers have moved with them.
    return { name: "swap two", statements, rows: [first.id, second.id], checkpoints: [first.checkpoint, second.checkpoint] };
  },
  "move to another tenant": ({ account, other, rows }, random) => {
    const { id, checkpoint } = random.pick(rows);
    const statements = [
      `UPDATE tenant.audit_log SET account_id = '${other}' WHERE ${one(account, id)}`,
      ...(random.chance(0.5) ? [rehash(one(other, id))] : []),
    ];
    return { name: "move to another tenant", statements, rows: [], checkpoints: [checkpoint] };
  },
  "take from another tenant": ({ account, other, rows, checkpoints }, random) => {
    const { id } = random.pick(rows.slice(0, -1));
    const added = behind(id);
    const statements = [
      `UPDATE tenant.audit_log SET account_id = '${account}', id = '${added}' WHERE (account_id, id) = (SELECT account_id, id FROM tenant.audit_log WHERE ${log(other)} ORDER BY id LIMIT 1)`,
      ...(random.chance(0.5) ? [rehash(one(account, added))] : []),
    ];
    return { name: "take from another tenant", statements, rows: [added], checkpoints: every(checkpoints) };
  },
  "cut off the end": ({ account, rows, checkpoints }, random) => {
    const from = random.pick(rows.slice(-20));
    const touched = rows.filter(({ id }) => id >= from.id).map(({ checkpoint }) => checkpoint);
    return {
      name: "cut off the end",
      statements: [`DELETE FROM tenant.audit_log WHERE ${log(account)} AND id >= '${from.id}'`],
      rows: [],
      checkpoints: [...touched, checkpoints],
    };
  },
  "put back to an earlier state": ({ account, rows, checkpoints }) => {
    const before = rows.filter(({ checkpoint }) => checkpoint < checkpoints).at(-1)?.id;
    const statements = [
      `DELETE FROM tenant.audit_log WHERE ${log(account)} AND id > '${before}'`,
      `DELETE FROM tenant.audit_checkpoints WHERE ${log(account)} AND sequence = ${checkpoints}`,
    ];
    return { name: "put back to an earlier state", statements, rows: [], checkpoints: [checkpoints] };
  },
  "forge a checkpoint": ({ account, checkpoints }, random) => {
    const sequence = 1 + random.below(checkpoints);
    const [from, to] = random.pick([
      [`"rows": `, `"rows": 1`],
      [`"sealedAt": "2`, `"sealedAt": "1`],
      [`"root": "`, `"root": "00`],
      [`"transactionsBelow": `, `"transactionsBelow": 9`],
    ]);
    const set = `payload = replace(payload, '${from}', '${to}')`;
    const statements = [
      `UPDATE tenant.audit_checkpoints SET ${set} WHERE ${log(account)} AND sequence = ${sequence}`,
      `UPDATE tenant.audit_checkpoints SET hash = encode(sha256(convert_to(payload, 'UTF8')), 'hex') WHERE ${log(account)} AND sequence = ${sequence}`,
    ];
    return { name: `forge a checkpoint ${from}`, statements, rows: [], checkpoints: [sequence, sequence + 1] };
  },
  "remove a checkpoint": ({ account, checkpoints }, random) => {
    const sequence = 1 + random.below(checkpoints);
    const statements = [`DELETE FROM tenant.audit_checkpoints WHERE ${log(account)} AND sequence = ${sequence}`];
    return { name: "remove a checkpoint", statements, rows: [], checkpoints: [sequence, sequence + 1] };
  },
  "another tenant's checkpoint": ({ account, other, checkpoints }, random) => {
    const sequence = 1 + random.below(checkpoints);
    const statements = [
      `UPDATE tenant.audit_checkpoints c SET payload = o.payload, hash = o.hash, signature = o.signature, leaves = o.leaves
       FROM tenant.audit_checkpoints o WHERE c.${log(account)} AND c.sequence = ${sequence} AND o.${log(other)} AND o.sequence = 1`,
    ];
    return { name: "another tenant's checkpoint", statements, rows: [], checkpoints: [1, sequence, sequence + 1] };
  },
  "edit, hash and leaves anew": ({ account, rows }, random) => {
    const { id, checkpoint } = random.pick(rows);
    const statements = [
      `UPDATE tenant.audit_log SET actor = 'somebody else' WHERE ${one(account, id)}`,
      `UPDATE tenant.audit_checkpoints c SET leaves = decode(replace(encode(c.leaves, 'hex'), encode(l.content_hash, 'hex'), encode(sha256('x'), 'hex')), 'hex')
       FROM tenant.audit_log l WHERE c.${log(account)} AND c.sequence = ${checkpoint} AND l.${log(account)} AND l.id = '${id}'`,
      rehash(one(account, id)),
    ];
    return { name: "edit, hash and leaves anew", statements, rows: [id], checkpoints: [checkpoint] };
  },
};

function every(checkpoints: number): number[] {
  return Array.from({ length: checkpoints }, (_, i) => i + 1);
}

/** Writes a log of rows that lie minutes apart, in one transaction. */
export async function writeRows(
  client: PoolClient,
  account: string,
  { from, rows }: { readonly from: Date; readonly rows: number },
): Promise<void> {
  await client.query(
    `INSERT INTO tenant.audit_log (account_id, id, occurred_at, actor, operation, subject, row_id, old_values, new_values, content_hash)
     SELECT $1::uuid, (lpad(to_hex((extract(epoch FROM t.at) * 1000)::bigint), 12, '0') || '7000' || '8000' || substr(md5($1 || i::text), 1, 12))::uuid, t.at,
       'user-' || i % 7, (ARRAY['create', 'update', 'delete'])[1 + i % 3]::tenant.audit_operation, (ARRAY['documents', 'batches'])[1 + i % 2],
       md5(i::text), CASE WHEN i % 3 > 0 THEN jsonb_build_object('n', i, 'title', 'before "' || i) END,
       CASE WHEN i % 3 < 2 THEN jsonb_build_object('n', i * 1.50, 'title', 'after \\ ' || i) END, '\\x00'
     FROM generate_series(1, $3::int) i, LATERAL (SELECT $2::timestamptz + i * interval '5 minutes' AS at) t`,
    [account, from, rows],
  );
}
