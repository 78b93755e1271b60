import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Prefixes whose ids Stripe writes short; all others have 24 characters after the prefix. */
const SHORT = new Set(["cus", "prod", "si", "req"]);

/** A new id with Stripe's prefix and of Stripe's length. */
export function newId(prefix: string): string {
  const length = SHORT.has(prefix) ? 14 : 24;
  return `${prefix}_${[...randomBytes(length)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("")}`;
}
