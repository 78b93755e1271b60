import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { CheckFailed } from "../../cli/failure.js";
import { switchFlag } from "../../cli/flags.js";
import { isolationFlags, isolationSubject } from "../../cli/isolation-flags.js";
import { checkOutputFile, writeOutputText } from "../../cli/output-file.js";
import { withProgress } from "../../cli/progress.js";
import { type PackResult, packTable } from "../../cli/views/review.js";

export default class ReviewPackCommand extends AzoraCommand {
  static override summary = "Pack everything that a security reviewer asks for into one archive.";
  static override description =
    "A gzipped tar: report, signed JSON, schema files, migrations, functions, policies and rights as the database has them, the helper's source, and a manifest of SHA-256, signed. verify.mjs in it checks hashes and signatures with node alone. Needs the installation's signing key.";
  static override examples = ["<%= config.bin %> review:pack --output review.tar.gz --self-test"];
  static override flags = {
    ...isolationFlags,
    output: string({ description: "Archive to write.", helpValue: "FILE", required: true }),
    force: switchFlag({ description: "Replace the file if it exists." }),
  };

  async run(): Promise<PackResult> {
    const { flags } = await this.parse(ReviewPackCommand);
    const { output: file, force } = flags;
    checkOutputFile(file, { force });
    const { reportIsolation, requireSigningKey } = await import("../../installation/isolation.js");
    const { reviewFiles } = await import("../../installation/review-files.js");
    const { packReview } = await import("../../isolation/review/pack.js");
    const key = requireSigningKey(this.settings());
    const subject = { ...isolationSubject(flags), azora: this.config.version };
    const report = await withProgress(this.io, "Checking", () => reportIsolation(() => this.settings(), subject));
    const { archive, files } = packReview({ report, key, sources: await reviewFiles() });
    await writeOutputText(file, archive, { force });
    const { verdict, findings } = report.verification;
    const result = { file, bytes: archive.length, keyId: key.id, verdict, findings: findings.length, files };
    this.present(result, (out) => packTable(out, result));
    if (verdict === "clean") {
      this.done(`${files.length} files are in ${file}. Check it with: node verify.mjs PUBLIC_KEY.pem`);
      return result;
    }
    throw new CheckFailed(
      `The pack is written, and its report says: ${verdict}.`,
      result,
      "Read report.html in it.",
      verdict === "violations" ? "VIOLATIONS" : "UNDECIDED",
    );
  }
}
