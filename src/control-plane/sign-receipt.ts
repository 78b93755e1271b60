import { AzoraError } from "../errors.js";
import { type SigningKey, signText } from "../signing.js";
import type { ControlConnection } from "./connection.js";
import type { ControlTransaction } from "./dry-run.js";
import type { Link } from "./receipt.js";

/** A link as the database has just written it. */
export interface UnsignedLink {
  readonly sequence: bigint;
  readonly payload: string;
  readonly hash: string;
}

/** Signs a link in the transaction that wrote it: it is committed with its signature or not at all. */
export async function signLink(
  tx: ControlTransaction,
  { sequence, payload, hash }: UnsignedLink,
  key: SigningKey,
): Promise<Link> {
  const signature = signText(payload, key);
  await tx.$queryRaw`SELECT FROM control.sign_receipt(${sequence}, ${key.id}, ${signature})`;
  return { payload, hash, keyId: key.id, signature };
}

/** @throws AzoraError NOT_CONFIGURED without a key */
export function requireSigningKey({ signingKey }: ControlConnection): SigningKey {
  if (signingKey) return signingKey;
  throw new AzoraError("NOT_CONFIGURED", "A purge needs the key that signs its receipt.", {
    hint: "Set AZORA_SIGNING_KEY_FILE, or use the configuration that `azora init` wrote.",
  });
}
