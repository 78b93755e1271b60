import type { Pool } from "pg";

const BLOCK = 64;

/**
 * Gives the database its half of a context key, as the two pads of HMAC (RFC 2104).
 * @param secret 32 bytes
 * @returns false when the database has the key already
 */
export async function ensureContextKey(pool: Pool, id: string, secret: Buffer): Promise<boolean> {
  const pad = (constant: number) => Buffer.alloc(BLOCK, 0).map((_, at) => (secret[at] ?? 0) ^ constant);
  const { rowCount } = await pool.query(
    "INSERT INTO guard.context_keys (id, inner_pad, outer_pad) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
    [id, pad(0x36), pad(0x5c)],
  );
  return rowCount === 1;
}

/** Publishes the public half of the key that signs receipts. @returns false when it was there */
export async function ensureSigningKey(pool: Pool, id: string, publicKeyPem: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    "INSERT INTO control.settings (key, value) VALUES ($1, to_jsonb($2::text)) ON CONFLICT (key) DO NOTHING",
    [`signing_key.${id}`, publicKeyPem],
  );
  return rowCount === 1;
}
