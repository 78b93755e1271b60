import { inspect, type VerifyInput } from "../verify.js";
import { sampleAudit } from "./audit-sample.js";
import { type Report, withoutSecrets } from "./report.js";

/** Checks a database and puts together what a reviewer reads. Changes nothing. */
export async function makeReport(input: VerifyInput): Promise<Report> {
  const { verification, catalog } = await inspect(input);
  const auditSample = input.target.guard ? await sampleAudit(input.client) : null;
  return { format: 1, verification, target: input.target, catalog: withoutSecrets(catalog), auditSample };
}
