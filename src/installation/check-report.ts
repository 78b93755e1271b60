import { createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Config } from "../config.js";
import { AzoraError } from "../errors.js";
import { readReport, whyNotSigned } from "../isolation/report/signed-report.js";
import type { Verification } from "../isolation/verification.js";
import { publicKeyOf } from "../signing.js";
import { signingKeyOf } from "./open.js";

/** What became of checking a report's signature. */
export interface ReportCheck {
  readonly file: string;
  /** Why it doesn't hold; null when it does. */
  readonly why: string | null;
  readonly keyId: string | null;
  readonly verdict: Verification["verdict"];
  readonly checkedAt: string;
}

/**
 * Checks offline who signed a report and that nothing was altered since.
 * @throws AzoraError INVALID_INPUT (no report, no key), NOT_CONFIGURED when there is no key to hold it against
 */
export async function checkReport(
  config: () => Config,
  { file, publicKeyFile }: { readonly file: string; readonly publicKeyFile: string | undefined },
): Promise<ReportCheck> {
  const text = await readText(file, "report");
  const signed = readReport(text, file);
  const key = publicKeyFile === undefined ? ownKey(config()) : await keyFrom(publicKeyFile);
  const { verdict, checkedAt } = signed.report.verification;
  return { file, why: whyNotSigned(text, signed, key), keyId: signed.signature?.keyId ?? null, verdict, checkedAt };
}

/** The key in what is checked shows nothing: whoever alters it signs it anew. @throws AzoraError NOT_CONFIGURED */
export function ownKey(config: Config): string {
  const key = signingKeyOf(config);
  if (key) return publicKeyOf(key);
  throw new AzoraError("NOT_CONFIGURED", "There is no key to hold it against.", {
    hint: "Pass the vendor's published key with --public-key FILE.",
  });
}

/** A public key, PEM. @throws AzoraError INVALID_INPUT */
export async function keyFrom(file: string): Promise<string> {
  const pem = await readText(file, "public key");
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key.export({ type: "spki", format: "pem" }).toString();
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `${file} is no public key (PEM).`, { cause: error });
  }
  throw new AzoraError("INVALID_INPUT", `${file} is no Ed25519 key.`);
}

/** @throws AzoraError INVALID_INPUT naming the file */
export async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `The ${what} ${file} can't be read.`, { cause: error });
  }
}
