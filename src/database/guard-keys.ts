import type { Pool, PoolClient } from "pg";
import { hashOf, type KeyHandover, type NamedKey, readHandover } from "../key-handover.js";

const BLOCK = 64;

/** A key that signs contexts, as far as the database shows it. */
export interface ContextKeyRow {
  readonly id: string;
  readonly createdAt: Date;
  /** From then on nothing that it signs is good; null while no end is set. */
  readonly retiredAt: Date | null;
}

/** A key that signs receipts, as it is published. */
export interface SigningKeyRow extends NamedKey {
  readonly createdAt: Date;
  readonly retiredAt: Date | null;
}

/**
 * Gives the database its half of a context key, as the two pads of HMAC (RFC 2104).
 * @param secret 32 bytes
 * @param end from then on it is refused; never unless said
 * @returns false when the database has the key already
 */
export async function ensureContextKey(
  owner: Pool | PoolClient,
  { id, secret }: { readonly id: string; readonly secret: Buffer },
  end: Date | "infinity" = "infinity",
): Promise<boolean> {
  const pad = (constant: number) => Buffer.alloc(BLOCK, 0).map((_, at) => (secret[at] ?? 0) ^ constant);
  const { rowCount } = await owner.query(
    "INSERT INTO guard.context_keys (id, inner_pad, outer_pad, retired_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
    [id, pad(0x36), pad(0x5c), end],
  );
  return rowCount === 1;
}

/** The keys that sign contexts, the oldest first. */
export async function listContextKeys(owner: PoolClient): Promise<readonly ContextKeyRow[]> {
  const { rows } = await owner.query<ContextKeyRow>(`SELECT id, created_at AS "createdAt",
    CASE WHEN retired_at < 'infinity' THEN retired_at END AS "retiredAt" FROM guard.context_keys ORDER BY created_at, id`);
  return rows;
}

/**
 * Puts an end to keys that sign contexts, and never a later one than they have.
 * @param seconds from now, by the database's clock
 * @returns those whose end has changed
 */
export async function endContextKeys(
  owner: PoolClient,
  ids: readonly string[],
  seconds: number,
): Promise<readonly ContextKeyRow[]> {
  const { rows } = await owner.query<ContextKeyRow>(
    `UPDATE guard.context_keys k SET retired_at = e.at FROM (SELECT clock_timestamp() + make_interval(secs => $2) AS at) e
     WHERE k.id = ANY ($1) AND k.retired_at > e.at RETURNING k.id, k.created_at AS "createdAt", k.retired_at AS "retiredAt"`,
    [ids, seconds],
  );
  return rows;
}

/** Publishes the public half of the key that signs receipts. @returns false when it was there */
export async function ensureSigningKey(owner: Pool | PoolClient, { id, publicKey }: NamedKey): Promise<boolean> {
  const { rowCount } = await owner.query(
    "INSERT INTO control.settings (key, value) VALUES ($1, to_jsonb($2::text)) ON CONFLICT (key) DO NOTHING",
    [`signing_key.${id}`, publicKey],
  );
  return rowCount === 1;
}

/** The keys that this database publishes, the oldest first, each with its end where it has one. */
export async function listSigningKeys(owner: PoolClient): Promise<readonly SigningKeyRow[]> {
  const { rows } = await owner.query<SigningKeyRow>(`SELECT k.id, s.value #>> '{}' AS "publicKey", s.updated_at AS "createdAt",
      (SELECT min(h.until) FROM control.key_handovers h WHERE h.old_key = k.id) AS "retiredAt"
    FROM control.settings s CROSS JOIN LATERAL (SELECT substr(s.key, length('signing_key.') + 1) AS id) k
    WHERE starts_with(s.key, 'signing_key.') ORDER BY s.updated_at, k.id`);
  return rows;
}

/** Keeps what ends a signing key: from `until` on the database takes nothing more that it signs. @returns false when it was there */
export async function ensureHandover(owner: Pool | PoolClient, record: KeyHandover): Promise<boolean> {
  const { from, to, until } = readHandover(record, "The record");
  const { rowCount } = await owner.query(
    `INSERT INTO control.key_handovers (hash, old_key, new_key, until, payload, old_signature, new_signature)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (hash) DO NOTHING`,
    [hashOf(record), from.id, to.id, until, record.payload, record.oldSignature, record.newSignature],
  );
  return rowCount === 1;
}

/** All that was said about ends of signing keys. */
export async function listHandovers(owner: PoolClient): Promise<readonly KeyHandover[]> {
  const { rows } = await owner.query<KeyHandover>(
    `SELECT payload, old_signature AS "oldSignature", new_signature AS "newSignature" FROM control.key_handovers ORDER BY until, hash`,
  );
  return rows;
}
