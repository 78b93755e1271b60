import { string as stringArgument } from "@oclif/core/args";
import { AzoraCommand } from "../../cli/base-command.js";
import { CheckFailed } from "../../cli/failure.js";
import { comparisonTable } from "../../cli/views/isolation.js";
import type { Comparison } from "../../isolation/diff/compare-reports.js";

const ignoreStdin = true;

export default class IsolationDiffCommand extends AzoraCommand {
  static override summary = "Show what changed between two reports, and whether it is dangerous.";
  static override description =
    "Compares the JSON files of two reports: tables, columns, keys, policies, rights, roles, functions, what was found and what was checked. Each change is safe, needs a look, or is dangerous; what azora can't judge needs a look. Signatures are not checked: see isolation:report --verify. Exit code 9 when something is dangerous.";
  static override examples = ["<%= config.bin %> isolation:diff last-quarter.json today.json"];
  static override args = {
    before: stringArgument({ description: "The earlier report's JSON file.", required: true, ignoreStdin }),
    after: stringArgument({ description: "The later one's.", required: true, ignoreStdin }),
  };

  async run(): Promise<Comparison> {
    const { args } = await this.parse(IsolationDiffCommand);
    const { compareReportFiles } = await import("../../installation/compare-report-files.js");
    const comparison = await compareReportFiles(args.before, args.after);
    this.present(comparison, (out) => comparisonTable(out, comparison));
    const { dangerous, look, safe } = comparison.counts;
    if (dangerous > 0) {
      throw new CheckFailed(
        `${dangerous} change(s) are dangerous, ${look} need a look, ${safe} are safe.`,
        comparison,
        "Run `azora isolation:verify` on the later database.",
      );
    }
    this.done(`${look} change(s) need a look, ${safe} are safe, none is dangerous.`);
    return comparison;
  }
}
