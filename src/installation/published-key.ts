import type { Config } from "../config.js";
import { readPublishedKeys } from "../control-plane/check-chain.js";
import { AzoraError } from "../errors.js";
import { type KeyHandover, type NamedKey, readHandover, trustedKeys } from "../key-handover.js";
import { fingerprintOf, publicKeyOf } from "../signing.js";
import { openInstallation, signingKeyOf } from "./open.js";

/** What others check signatures with. */
export interface PublishedKey {
  readonly id: string;
  /** PEM (SPKI), Ed25519. */
  readonly publicKey: string;
  /** SHA-256 of the key's DER, hex: short enough to be told over another channel. */
  readonly fingerprint: string;
  /** ISO; it signs nothing that is dated later. Null of one that is in use. */
  readonly until: string | null;
}

export interface PublishedKeys {
  /** The one in use, then those before it. */
  readonly keys: readonly PublishedKey[];
  /** Signed records that lead from a key to the one that took its place. */
  readonly handovers: readonly KeyHandover[];
}

/**
 * The public half of the key that this installation signs with, and of those that its file says it had before.
 * @throws AzoraError NOT_CONFIGURED without a key
 */
export function ownKeys(config: Config): PublishedKeys {
  const key = signingKeyOf(config);
  if (!key) {
    throw new AzoraError("NOT_CONFIGURED", "This installation signs nothing: it has no key.", {
      hint: "Set AZORA_SIGNING_KEY_FILE, or use the configuration that `azora init` wrote.",
    });
  }
  const handovers = config.stored?.handovers ?? [];
  const before = handovers.map((record) => readHandover(record, "A hand-over in the configuration").from);
  return published([{ id: key.id, publicKey: publicKeyOf(key) }, ...before], handovers);
}

/**
 * The keys that the database names, the newest first, for an installation that has no file of its own.
 * @throws AzoraError NOT_PERMITTED, and what the connection throws
 */
export async function keysInDatabase(config: Config): Promise<PublishedKeys> {
  const installation = openInstallation(config);
  try {
    const { keys, handovers } = await readPublishedKeys(await installation.administration());
    return published(keys, handovers);
  } finally {
    await installation.close();
  }
}

function published(named: readonly NamedKey[], handovers: readonly KeyHandover[]): PublishedKeys {
  const trusted = trustedKeys(
    named.map(({ publicKey }) => publicKey),
    handovers,
  );
  const keys = trusted.map((each) => {
    const [publicKey, until] = typeof each === "string" ? [each, null] : [each.publicKey, each.until];
    const id = named.find((key) => key.publicKey.trim() === publicKey.trim())?.id ?? "unnamed";
    return { id, publicKey, fingerprint: fingerprintOf(publicKey), until };
  });
  return { keys, handovers };
}
