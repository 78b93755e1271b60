import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";

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

/** @returns the signature over the exact text, base64 */
export function signText(text: string, { privateKey }: SigningKey): string {
  return sign(null, Buffer.from(text, "utf8"), privateKey).toString("base64");
}

/** @returns whether `signature` (base64) is that of the key's owner over exactly this text */
export function verifyText(text: string, signature: string, publicKeyPem: string): boolean {
  return verify(null, Buffer.from(text, "utf8"), publicKeyPem, Buffer.from(signature, "base64"));
}
