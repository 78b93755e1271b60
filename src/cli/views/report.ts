import type { Verification } from "../../isolation/verification.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";

/** What is said of a report that was written; the report itself has the rest. */
export interface ReportResult {
  readonly file: string;
  readonly jsonFile: string;
  /** Of the key that signed; null where nothing did. */
  readonly keyId: string | null;
  readonly verdict: Verification["verdict"];
  readonly findings: number;
  readonly schemaFingerprint: string | null;
}

export function reportResult(
  { verdict, findings, schemaFingerprint }: Verification,
  written: Pick<ReportResult, "file" | "jsonFile" | "keyId">,
): ReportResult {
  return { ...written, verdict, findings: findings.length, schemaFingerprint };
}

export function reportText(
  output: Output,
  { file, jsonFile, keyId, verdict, findings, schemaFingerprint }: ReportResult,
): string {
  return renderDetails(output, [
    { label: "Report", value: file },
    { label: "Data", value: jsonFile },
    { label: "Signed by", value: keyId },
    { label: "Verdict", value: verdict },
    { label: "Findings", value: findings },
    { label: "Fingerprint", value: schemaFingerprint },
  ]);
}
