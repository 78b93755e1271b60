import { createHash, createPublicKey } from "node:crypto";
import type { Config } from "../config.js";
import { AzoraError } from "../errors.js";
import { publicKeyOf } from "../signing.js";
import { signingKeyOf } from "./open.js";

/** What others check signatures with. */
export interface PublishedKey {
  readonly id: string;
  /** PEM (SPKI), Ed25519. */
  readonly publicKey: string;
  /** SHA-256 of the key's DER, hex: short enough to be told over another channel. */
  readonly fingerprint: string;
}

/** The public half of the key that this installation signs with. @throws AzoraError NOT_CONFIGURED */
export function publishedKey(config: Config): PublishedKey {
  const key = signingKeyOf(config);
  if (!key) {
    throw new AzoraError("NOT_CONFIGURED", "This installation signs nothing: it has no key.", {
      hint: "Set AZORA_SIGNING_KEY_FILE, or use the configuration that `azora init` wrote.",
    });
  }
  const publicKey = publicKeyOf(key);
  const der = createPublicKey(publicKey).export({ type: "spki", format: "der" });
  return { id: key.id, publicKey, fingerprint: createHash("sha256").update(der).digest("hex") };
}
