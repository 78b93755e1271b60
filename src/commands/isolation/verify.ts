import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { CheckFailed } from "../../cli/failure.js";
import { isolationFlags, isolationSubject } from "../../cli/isolation-flags.js";
import { toJson } from "../../cli/json.js";
import { checkOutputFile, writeOutputText } from "../../cli/output-file.js";
import { withProgress } from "../../cli/progress.js";
import { verificationText } from "../../cli/views/isolation.js";
import type { Verification } from "../../isolation/verification.js";

export default class IsolationVerifyCommand extends AzoraCommand {
  static override summary = "Prove that tenants are isolated, or show where they aren't.";
  static override description =
    "Three layers: rules over the whole catalog; probes, sent as the real logins with synthetic tenants in a transaction that is rolled back; and, with --self-test, each guarantee broken on purpose to see that the check goes red. Needs the owner's login (AZORA_OWNER_URL) and changes nothing. Exit code 0: everything holds. 9: something was found that nobody accepted. 1: it could not be told.";
  static override examples = [
    "<%= config.bin %> isolation:verify --self-test",
    "<%= config.bin %> isolation:verify --migrations prisma/migrations --schema prisma --sarif isolation.sarif",
    "<%= config.bin %> isolation:verify --owner-url-file ./owner-url --target ./target.json --baseline ./accepted.json",
  ];
  static override flags = {
    ...isolationFlags,
    "update-baseline": string({
      description: "Accept what is found: write it into the baseline for 90 days, with this reason.",
      helpValue: "REASON",
      dependsOn: ["baseline"],
    }),
    sarif: string({ description: "Write SARIF 2.1.0 as well, for code review.", helpValue: "FILE" }),
    junit: string({ description: "Write JUnit XML as well, for CI.", helpValue: "FILE" }),
  };

  async run(): Promise<Verification> {
    const { flags } = await this.parse(IsolationVerifyCommand);
    for (const file of [flags.sarif, flags.junit]) if (file) checkOutputFile(file, { force: true });
    const { verifyIsolation, locateObjects } = await import("../../installation/isolation.js");
    const { figureLines } = await import("../../isolation/figure-lines.js");
    const { toJunit } = await import("../../isolation/export/junit.js");
    const { toSarif } = await import("../../isolation/export/sarif.js");
    const subject = { ...isolationSubject(flags), azora: this.config.version, accept: flags["update-baseline"] };
    const verification = await withProgress(this.io, "Checking", () => verifyIsolation(() => this.settings(), subject));
    const { figures } = verification;
    if (flags.sarif) {
      const sarif = toSarif(verification, await locateObjects(subject));
      await writeOutputText(flags.sarif, `${toJson(sarif)}\n`, { force: true });
    }
    if (flags.junit) await writeOutputText(flags.junit, toJunit(verification), { force: true });
    this.present(verification, (out) => verificationText(out, verification, figures ? figureLines(figures) : []));
    if (verification.verdict === "clean") this.done("Clean: everything that was checked holds.");
    else throw verdictError(verification);
    return verification;
  }
}

function verdictError(verification: Verification): CheckFailed {
  const { verdict, findings, unclear } = verification;
  if (verdict === "violations") {
    const [first] = findings;
    const message = `Isolation does not hold: ${findings.length} finding(s), the first ${first?.rule} on ${first?.object}.`;
    return new CheckFailed(
      message,
      verification,
      "Each finding has its mend; what is meant to be goes into --target or --baseline.",
    );
  }
  const message = `Nothing was found, but not everything could be told: ${unclear[0]}${unclear.length > 1 ? ` (and ${unclear.length - 1} more)` : ""}`;
  return new CheckFailed(message, verification, "What could not be told proves nothing: see the list.", "UNDECIDED");
}
