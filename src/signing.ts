import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";

/** An Ed25519 key (RFC 8032) that signs receipts and reports. */
export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
}

/** @returns a new private key as PEM (PKCS #8) */
export function makeSigningKey(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** @throws TypeError when the PEM is no private key */
export function parseSigningKey(id: string, pem: string): SigningKey {
  return { id, privateKey: createPrivateKey(pem) };
}

/** The public half, as PEM (SPKI): what anybody needs to check a receipt. */
export function publicKeyOf({ privateKey }: SigningKey): string {
  return createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
}

/** SHA-256 of a public key's DER, hex: short enough to be told over another channel. */
export function fingerprintOf(publicKeyPem: string): string {
  const der = createPublicKey(publicKeyPem).export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("hex");
}

/** @returns the signature over the exact text, base64 */
export function signText(text: string, { privateKey }: SigningKey): string {
  return sign(null, Buffer.from(text, "utf8"), privateKey).toString("base64");
}

/** @returns whether `signature` (base64) is that of the key's owner over exactly this text */
export function verifyText(text: string, signature: string, publicKeyPem: string): boolean {
  return verify(null, Buffer.from(text, "utf8"), publicKeyPem, Buffer.from(signature, "base64"));
}

/** A public key (PEM) that is believed; with an end, where another has taken its place. */
export type TrustedKey = string | { readonly publicKey: string /** ISO. */; readonly until: string };

/** Something signed, and when it says that it was. */
export interface Dated {
  readonly text: string;
  /** Base64. */
  readonly signature: string;
  /** ISO; null for what is of no time. */
  readonly at: string | null;
}

/** @returns why nobody trusted has signed this; undefined when somebody has */
export function flawOfSignature({ text, signature, at }: Dated, keys: readonly TrustedKey[]): string | undefined {
  const signers = keys.filter((key) => verifyText(text, signature, pemOf(key)));
  if (signers.length === 0) {
    return "its signature is not that of a known key over this text: it was altered, or signed by somebody else";
  }
  if (signers.some((key) => typeof key === "string" || at === null || Date.parse(at) <= Date.parse(key.until))) return undefined;
  return "it was signed with a key that had been retired by then";
}

export function pemOf(key: TrustedKey): string {
  return typeof key === "string" ? key : key.publicKey;
}
