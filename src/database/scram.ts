import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

const ITERATIONS = 4096;

/** A password of 192 random bits, safe in a URL. */
export function makePassword(): string {
  return randomBytes(24).toString("base64url");
}

/**
 * What PostgreSQL stores for a password (RFC 5802 and 7677), made here so that the password
 * itself never reaches the server's statement log.
 * @param password ASCII, so that SASLprep has nothing to do
 */
export function scramVerifier(password: string, salt = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest();
  const base64 = (bytes: Buffer) => bytes.toString("base64");
  return `SCRAM-SHA-256$${ITERATIONS}:${base64(salt)}$${base64(storedKey)}:${base64(hmac("Server Key"))}`;
}
