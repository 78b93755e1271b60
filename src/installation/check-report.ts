import type { Config } from "../config.js";
import { readReport, whyNotSigned } from "../isolation/report/signed-report.js";
import type { Verification } from "../isolation/verification.js";
import { keysFor } from "./keys/keys-for.js";
import { readText } from "./read-text.js";

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
  { file, publicKeyFiles }: { readonly file: string; readonly publicKeyFiles: readonly string[] },
): Promise<ReportCheck> {
  const text = await readText(file, "report");
  const signed = readReport(text, file);
  const keys = await keysFor(config, publicKeyFiles);
  const { verdict, checkedAt } = signed.report.verification;
  return { file, why: whyNotSigned(text, signed, keys), keyId: signed.signature?.keyId ?? null, verdict, checkedAt };
}
