import { AzoraError } from "../../errors.js";
import { parseJson } from "../../parse-json.js";
import { oneOf, orNull, record, text } from "../../shape.js";
import { flawOfSignature, publicKeyOf, type SigningKey, signText, type TrustedKey } from "../../signing.js";
import type { Report } from "./report.js";

/** Ed25519 (RFC 8032) over the report's compact JSON, in base64. */
export interface Signature {
  readonly algorithm: "Ed25519";
  readonly keyId: string;
  /** SPKI, PEM: to tell keys apart. Whoever checks has to have the key from elsewhere. */
  readonly publicKey: string;
  readonly value: string;
}

export interface SignedReport {
  readonly report: Report;
  /** Null where there was no key to sign with. */
  readonly signature: Signature | null;
}

/** Writes a report down, signed where there is a key. @returns the text of a JSON file */
export function writeReport(report: Report, key: SigningKey | undefined): string {
  const signature: Signature | null = key
    ? { algorithm: "Ed25519", keyId: key.id, publicKey: publicKeyOf(key), value: signText(JSON.stringify(report), key) }
    : null;
  return writeDown({ report, signature });
}

/** As much as checking a signature needs: a report that is compared is read more closely where that is done. */
const isSignedReport = record({
  report: record({
    format: oneOf(1),
    verification: record({ verdict: oneOf("clean", "violations", "undecided"), checkedAt: text }),
  }),
  signature: orNull(record({ algorithm: text, keyId: text, value: text })),
});

/**
 * Reads a report's JSON file.
 * @param file its name, for errors
 * @throws AzoraError INVALID_INPUT for what is no report, or isn't written as one
 */
export function readReport(content: string, file: string): SignedReport {
  let document: unknown;
  try {
    document = parseJson(content);
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `${file} is no JSON.`, { cause: error });
  }
  if (!isSignedReport(document)) {
    throw new AzoraError("INVALID_INPUT", `${file} is no report that this azora knows.`, {
      hint: "Pass the JSON file that `azora isolation:report` wrote.",
    });
  }
  return document as SignedReport;
}

/**
 * Whether a report's file is byte for byte what the key's owner signed.
 * @returns why it isn't; null when it is
 */
export function whyNotSigned(text: string, { report, signature }: SignedReport, keys: readonly TrustedKey[]): string | null {
  if (signature === null) return "it is not signed";
  if (signature.algorithm !== "Ed25519") return `it is signed with ${signature.algorithm}, which this azora doesn't know`;
  // A name that stands twice is read as its last by some and as its first by others.
  if (writeDown({ report, signature }) !== text) return "its text is not as azora writes it";
  const signed = { text: JSON.stringify(report), signature: signature.value };
  if (flawOfSignature({ ...signed, at: null }, keys)) {
    return "the signature is not that of this key over this report: one of the two is another's, or something was altered";
  }
  return flawOfSignature({ ...signed, at: report.verification.checkedAt }, keys) ?? null;
}

function writeDown({ report, signature }: SignedReport): string {
  return `${JSON.stringify({ report, signature }, null, 2)}\n`;
}
