import type { Config } from "../../config.js";
import type { Verification } from "../../isolation/verification.js";
import { VERSION } from "../../version.js";
import type { Check } from "../doctor/check.js";
import { diagnose } from "../doctor/diagnose.js";
import { verifyIsolation } from "../isolation.js";

/** What `azora doctor` and `azora isolation:verify` say of a restored database. */
export interface RestoredChecks {
  /** Those of doctor's that failed. */
  readonly failed: readonly Check[];
  readonly isolation: Verification["verdict"];
  /** Rules that the isolation check found broken. */
  readonly findings: readonly string[];
}

/**
 * Runs both checks.
 * @param baselineFile findings that were accepted before the backup; null for none
 */
export async function checkRestored(config: Config, baselineFile: string | null): Promise<RestoredChecks> {
  const { checks } = await diagnose(config);
  const { verdict, findings } = await verifyIsolation(() => config, {
    ...{
      targetFile: undefined,
      ownerUrlFile: undefined,
      migrationsDirectory: undefined,
      baselineFile: baselineFile ?? undefined,
      accept: undefined,
    },
    ...{ schemas: [], sources: [], staticOnly: false, selfTest: false, directory: config.dataDir.value, azora: VERSION },
  });
  return {
    failed: checks.filter(({ status }) => status === "failed"),
    isolation: verdict,
    findings: [...new Set(findings.map(({ rule }) => rule))],
  };
}
