import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { CheckFailed } from "../../cli/failure.js";
import { switchFlag } from "../../cli/flags.js";
import { toJson } from "../../cli/json.js";
import { operatorName } from "../../cli/operator-name.js";
import { withProgress } from "../../cli/progress.js";
import { logsCheck } from "../../cli/views/seal.js";
import { AzoraError } from "../../errors.js";
import type { LogsCheck } from "../../installation/verify-logs.js";
import type { InclusionProof } from "../../seal/proof.js";

export default class AuditVerifyCommand extends AzoraCommand {
  static override summary = "Check the audit logs against what was signed: that no row was changed, removed, added or moved.";
  static override description =
    "Without --tenant and --control-plane all logs are checked, each over the connection that its rows belong to; a tenant's log says that it was read. --checkpoints holds them against checkpoints that were kept elsewhere, and finds a log that was cut off or put back. --file checks an export offline, with the public key alone. --row proves that one row is in a sealed log; --proof checks such a proof. Rows that are not sealed yet are only held against their own hashes. Exit code 9 when something isn't as it was sealed.";
  static override examples = [
    "<%= config.bin %> audit:verify --checkpoints /var/lib/azora/checkpoints.jsonl",
    "<%= config.bin %> audit:verify --file acme-audit.jsonl --public-key azora.pem",
    "<%= config.bin %> audit:verify --tenant acme --row 019ab0c2-5f0e-7a31-9d43-0b6c1f4e8a55 > proof.json",
  ];
  static override flags = {
    tenant: string({ description: "This tenant's log alone: slug or id.", exclusive: ["control-plane", "file", "proof"] }),
    "control-plane": switchFlag({
      description: "The log of what the vendor's operators did, alone.",
      exclusive: ["file", "proof"],
    }),
    file: string({ description: "Check this export (JSON lines), offline.", helpValue: "FILE", exclusive: ["row", "proof"] }),
    checkpoints: string({ description: "What audit:seal --out wrote.", helpValue: "FILE", exclusive: ["row", "proof"] }),
    row: string({ description: "Print a proof of this row of the one log.", helpValue: "ID" }),
    proof: string({ description: "Check what --row printed, offline.", helpValue: "FILE", exclusive: ["row"] }),
    "public-key": string({
      description:
        "Key that may have signed (PEM), or hand-overs from it; more than one after a change of keys. This installation's own otherwise.",
      helpValue: "FILE",
      multiple: true,
    }),
  };

  async run(): Promise<LogsCheck | InclusionProof> {
    const { flags } = await this.parse(AuditVerifyCommand);
    const { tenant, "control-plane": controlPlane, row, "public-key": publicKeyFiles = [] } = flags;
    if (row !== undefined) return this.prove(row, { tenant, controlPlane, publicKeyFiles });
    const result = await withProgress(this.io, "Verifying", (progress) =>
      this.check({ ...flags, publicKeyFiles, onRows: (done) => progress.update({ done, unit: "rows" }) }),
    );
    this.present(result, (out) => logsCheck(out, result));
    const { logs, skipped } = result;
    if (skipped.length > 0) this.note(`Not checked, since nobody reads what a suspended tenant has: ${skipped.join(", ")}.`);
    const problems = logs.reduce((sum, each) => sum + each.problems.length + each.untold, 0);
    if (problems > 0)
      throw new CheckFailed(`${problems.toLocaleString("en-US")} problem(s): what is logged is not as it was sealed.`, result);
    const [rows, sealed] = [sum(logs.map((each) => each.rows)), sum(logs.map((each) => each.sealed))];
    this.done(
      `${sealed.toLocaleString("en-US")} rows are as they were sealed; ${(rows - sealed).toLocaleString("en-US")} are not sealed yet.`,
    );
    return result;
  }

  private async check(input: Checking): Promise<LogsCheck> {
    const { file, proof, checkpoints: checkpointsFile, publicKeyFiles, tenant, "control-plane": controlPlane, onRows } = input;
    const config = () => this.settings();
    if (proof !== undefined) {
      const { verifyProof } = await import("../../installation/verify-export.js");
      return verifyProof(config, { file: proof, publicKeyFiles });
    }
    if (file !== undefined) {
      const { verifyExport } = await import("../../installation/verify-export.js");
      return verifyExport(config, { file, checkpointsFile, publicKeyFiles, onRows });
    }
    const { verifyLogs } = await import("../../installation/verify-logs.js");
    const settings = this.settings();
    const actor = `operator:${operatorName(settings)}`;
    return verifyLogs(settings, { tenant, controlPlane, checkpointsFile, publicKeyFiles, actor, onRows });
  }

  private async prove(row: string, { tenant, controlPlane, publicKeyFiles }: Proving): Promise<InclusionProof> {
    if (tenant === undefined && !controlPlane)
      throw new AzoraError("USAGE", "--row needs the log that the row is in: --tenant or --control-plane.");
    const { proveRow } = await import("../../installation/prove-row.js");
    const settings = this.settings();
    const actor = `operator:${operatorName(settings)}`;
    const proof = await proveRow(settings, { tenant: tenant ?? null, row, publicKeyFiles, actor });
    return this.present(proof, () => toJson(proof));
  }
}

interface Checking {
  readonly tenant: string | undefined;
  readonly "control-plane": boolean;
  readonly file: string | undefined;
  readonly proof: string | undefined;
  readonly checkpoints: string | undefined;
  readonly publicKeyFiles: readonly string[];
  readonly onRows: (rows: number) => void;
}

interface Proving {
  readonly tenant: string | undefined;
  readonly controlPlane: boolean;
  readonly publicKeyFiles: readonly string[];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
