import { type KeyHandover, type NamedKey, trustedKeys } from "../key-handover.js";
import type { TrustedKey } from "../signing.js";
import { attempt } from "./attempt.js";
import { type ChainCheck, type ChainProblem, checkLinks } from "./check-links.js";
import type { ControlConnection } from "./connection.js";
import { type Link, readAddendum, readReceipt } from "./receipt.js";

/** A link as the database keeps it, with the number that it is kept under. */
interface Kept extends Link {
  readonly sequence: bigint;
}

/** Every receipt and every addendum, in their order. @throws AzoraError NOT_PERMITTED */
export async function readChain(connection: ControlConnection): Promise<readonly Kept[]> {
  const { client } = connection;
  return attempt(connection, { action: "receipt.list" }, async () => {
    // One statement, so that nothing is committed between the two.
    return client.$queryRaw<Kept[]>`
      SELECT sequence, payload, hash, key_id AS "keyId", signature FROM control.purge_receipts
      UNION ALL SELECT sequence, payload, hash, key_id, signature FROM control.receipt_addenda ORDER BY sequence`;
  });
}

/** The public keys that this database names, the newest first, and what it says of their ends. @throws AzoraError NOT_PERMITTED */
export async function readPublishedKeys(
  connection: ControlConnection,
): Promise<{ readonly keys: readonly NamedKey[]; readonly handovers: readonly KeyHandover[] }> {
  const { client } = connection;
  const where = { key: { startsWith: KEY_PREFIX } };
  const [settings, handovers] = await attempt(connection, { action: "receipt.list" }, () =>
    Promise.all([
      client.setting.findMany({ where, orderBy: { updatedAt: "desc" } }),
      client.keyHandover.findMany({ orderBy: { until: "asc" } }),
    ]),
  );
  return {
    keys: settings.map(({ key, value }) => ({ id: key.slice(KEY_PREFIX.length), publicKey: String(value) })),
    handovers: handovers.map(({ payload, oldSignature, newSignature }) => ({ payload, oldSignature, newSignature })),
  };
}

const KEY_PREFIX = "signing_key.";

/** Whom to believe by what this database says. @throws AzoraError NOT_PERMITTED */
export async function publishedKeys(connection: ControlConnection): Promise<readonly TrustedKey[]> {
  const { keys, handovers } = await readPublishedKeys(connection);
  return trustedKeys(
    keys.map(({ publicKey }) => publicKey),
    handovers,
  );
}

/**
 * Holds the whole chain in the database against the keys, against itself, and against the admin audit log:
 * each purge that is logged has its receipt, the newest too.
 * @param others links from elsewhere, which have to be in it as they are
 * @throws AzoraError NOT_PERMITTED
 */
export async function checkChain(
  connection: ControlConnection,
  { keys, others }: { readonly keys: readonly TrustedKey[]; readonly others: readonly Link[] },
): Promise<ChainCheck> {
  const chain = await readChain(connection);
  const check = checkLinks({ links: chain, keys, whole: true });
  const problems: ChainProblem[] = [...check.problems, ...(await misfiled(connection)), ...(await unreceipted(connection))];
  for (const other of others) {
    const same = chain.find(
      ({ payload, hash, signature }) => payload === other.payload && hash === other.hash && signature === other.signature,
    );
    if (!same)
      problems.push({ sequence: sequenceOf(other), what: "the one in the file isn't in the database, or is another one there" });
  }
  return { ...check, problems };
}

function sequenceOf({ payload }: Link): number | null {
  try {
    const { sequence } = JSON.parse(payload) as { readonly sequence?: unknown };
    return typeof sequence === "number" ? sequence : null;
  } catch {
    return null;
  }
}

/** What stands beside a payload, to find it by, has to be what it says. */
async function misfiled(connection: ControlConnection): Promise<ChainProblem[]> {
  const { client } = connection;
  const [receipts, addenda] = await attempt(connection, { action: "receipt.list" }, () =>
    Promise.all([client.purgeReceipt.findMany(), client.receiptAddendum.findMany()]),
  );
  const filed = [
    ...receipts.map((row) => {
      const { sequence, accountId, accountSlug, operator, previousHash, total } = row;
      return {
        says: () => readReceipt(row, []),
        as: { accountId, slug: accountSlug, operator, previousHash, total: Number(total) },
        sequence,
      };
    }),
    ...addenda.map((row) => {
      const { sequence, receiptSequence, store, operator, previousHash } = row;
      return { says: () => readAddendum(row), as: { receipt: Number(receiptSequence), store, operator, previousHash }, sequence };
    }),
  ];
  return filed
    .filter(({ says, as, sequence }) => !isSame(says, { ...as, sequence: Number(sequence) }))
    .map(({ sequence }) => ({ sequence: Number(sequence), what: "it is filed under something else than it says" }));
}

/** @returns false as well for a text that says nothing */
function isSame(says: () => object, filed: Readonly<Record<string, unknown>>): boolean {
  try {
    const said = says() as Readonly<Record<string, unknown>>;
    return Object.entries(filed).every(([name, value]) => said[name] === value);
  } catch {
    return false;
  }
}

/** Purges and addenda in the admin audit log that have no link: what was taken from the chain's end. */
async function unreceipted(connection: ControlConnection): Promise<ChainProblem[]> {
  const rows = await attempt(
    connection,
    { action: "receipt.list" },
    () => connection.client.$queryRaw<{ what: string }[]>`
      SELECT format('the purge of account %s on %s is logged, and its receipt is missing', l.account_id, to_char(l.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')) AS what
      FROM control.admin_audit_log l
      -- One that came back by an import may have gone more than once.
      WHERE l.action = 'tenant.purge' AND l.outcome = 'done' AND (SELECT count(*) FROM control.purge_receipts r WHERE r.account_id = l.account_id)
        < (SELECT count(*) FROM control.admin_audit_log e WHERE e.action = 'tenant.purge' AND e.outcome = 'done' AND e.account_id = l.account_id AND e.id <= l.id)
      UNION ALL
      SELECT format('the addendum %s is logged, and is missing', l.new_values ->> 'sequence') FROM control.admin_audit_log l
      WHERE l.action = 'receipt_addenda.insert' AND l.outcome = 'done'
        AND NOT EXISTS (SELECT FROM control.receipt_addenda a WHERE a.sequence = (l.new_values ->> 'sequence')::bigint)`,
  );
  return rows.map(({ what }) => ({ sequence: null, what }));
}
