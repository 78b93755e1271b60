import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { CheckFailed } from "../../cli/failure.js";
import { switchFlag } from "../../cli/flags.js";
import { isolationFlags, isolationSubject } from "../../cli/isolation-flags.js";
import { checkOutputFile, writeOutputText } from "../../cli/output-file.js";
import { withProgress } from "../../cli/progress.js";
import { reportResult, reportText } from "../../cli/views/report.js";
import type { ReportCheck } from "../../installation/check-report.js";

const WHICH = { exactlyOne: ["output", "verify"] };

export default class IsolationReportCommand extends AzoraCommand {
  static override summary = "Write the report that a security reviewer reads, or check one.";
  static override description =
    "One HTML file that needs no network: topology, schema, rights, policies, every check with what was tried and what PostgreSQL answered, residual risks, samples of the audit logs. Beside it, under the same name with .json, the same as data, signed with this installation's key. --verify checks such a JSON file offline, against the key in --public-key or this installation's own. A report is written whatever it says; exit code 9 when it says that something was found, or when a signature doesn't hold.";
  static override examples = [
    "<%= config.bin %> isolation:report --output report.html --self-test",
    "<%= config.bin %> isolation:report --verify report.json --public-key azora.pem",
  ];
  static override flags = {
    ...isolationFlags,
    output: string({ description: "HTML file to write; its JSON is written beside it.", helpValue: "FILE", ...WHICH }),
    force: switchFlag({ description: "Replace the files if they exist." }),
    verify: string({ description: "JSON file to check.", helpValue: "FILE", ...WHICH }),
    "public-key": string({
      description: "Key that may have signed it (PEM), or hand-overs from it; more than one after a change of keys.",
      helpValue: "FILE",
      multiple: true,
      dependsOn: ["verify"],
    }),
  };

  async run(): Promise<object> {
    const { flags } = await this.parse(IsolationReportCommand);
    if (flags.verify !== undefined) return this.check(flags.verify, flags["public-key"]);
    const [file, force] = [flags.output ?? "", flags.force];
    const jsonFile = `${file.replace(/\.html?$/i, "")}.json`;
    for (const each of [file, jsonFile]) checkOutputFile(each, { force });
    const { reportIsolation } = await import("../../installation/isolation.js");
    const { signingKeyOf } = await import("../../installation/open.js");
    const { reportPage } = await import("../../isolation/report/page.js");
    const { writeReport } = await import("../../isolation/report/signed-report.js");
    const subject = { ...isolationSubject(flags), azora: this.config.version };
    const report = await withProgress(this.io, "Checking", () => reportIsolation(() => this.settings(), subject));
    const key = signingKeyOf(this.settings());
    await writeOutputText(file, reportPage(report), { force });
    await writeOutputText(jsonFile, writeReport(report, key), { force });
    const result = reportResult(report.verification, { file, jsonFile, keyId: key?.id ?? null });
    this.present(result, (out) => reportText(out, result));
    if (!key) this.note("It is not signed: there is no signing key. Set AZORA_SIGNING_KEY_FILE, or run `azora init`.");
    if (report.verification.verdict === "clean") return result;
    const [what, code] =
      report.verification.verdict === "violations"
        ? (["Something was found", "VIOLATIONS"] as const)
        : (["Not everything could be told", "UNDECIDED"] as const);
    throw new CheckFailed(`${what}; the report is written and says what.`, result, `Read ${file}.`, code);
  }

  private async check(file: string, publicKeyFiles: readonly string[] | undefined): Promise<ReportCheck> {
    const { checkReport } = await import("../../installation/check-report.js");
    const result = await checkReport(() => this.settings(), { file, publicKeyFiles: publicKeyFiles ?? [] });
    if (result.why !== null)
      throw new CheckFailed(`${file} doesn't hold: ${result.why}.`, result, "Ask for the report again, and for the key.");
    this.present(
      result,
      () =>
        `${file}: signed by the key ${result.keyId}, and nothing was altered since. Verdict of ${result.checkedAt}: ${result.verdict}.`,
    );
    return result;
  }
}
