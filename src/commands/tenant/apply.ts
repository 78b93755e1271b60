import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { requireConsent, requireTypedConsent } from "../../cli/consent.js";
import { CheckFailed } from "../../cli/failure.js";
import { dryRunFlag, switchFlag, yesFlag } from "../../cli/flags.js";
import { parseDuration } from "../../cli/input.js";
import { checkOutputFile, writeOutputText } from "../../cli/output-file.js";
import { withProgress } from "../../cli/progress.js";
import { applied, planSummary, planTable, problemLines } from "../../cli/views/apply.js";
import type { ApplyResult } from "../../control-plane/apply/apply.js";
import type { Plan } from "../../control-plane/apply/plan.js";
import type { ControlConnection } from "../../control-plane/connection.js";
import { AzoraError } from "../../errors.js";

export interface AppliedPlan {
  readonly dryRun: boolean;
  readonly plan: Plan;
  /** Null for a plan that was only made. */
  readonly applied: ApplyResult | null;
}

const SWITCHES = { preview: "--dry-run" };
const HELP = { hint: "`azora tenant:apply --help` shows how it is used." };

export default class TenantApplyCommand extends AzoraCommand {
  static override summary = "Make tenants what a file says: create, update, suspend, resume.";
  static override description =
    "Shows a plan, asks, and carries it out; run again it changes nothing, and after an interruption it goes on. Tenants that no file names are left alone; with --prune they are suspended and their purge is scheduled, but for those under legal hold. --plan-out keeps the plan; --plan carries out exactly that one, and nothing if the tenants are not as they were when it was made. A tenant that fails doesn't stop the others: the exit code is 1 then, and the result says which.";
  static override examples = [
    "<%= config.bin %> tenant:apply -f tenants.yaml",
    "<%= config.bin %> tenant:apply -f tenants/ --plan-out monday.plan && <%= config.bin %> tenant:apply --plan monday.plan --yes",
    "<%= config.bin %> tenant:apply -f tenants.yaml --prune --after 30d --confirm 2",
    "<%= config.bin %> tenant:apply --print-schema > tenants.schema.json",
  ];
  static override flags = {
    file: string({
      char: "f",
      description: "YAML or JSON with a list `tenants`, or a directory of such files.",
      helpValue: "FILE|DIR",
      exclusive: ["plan", "print-schema"],
    }),
    plan: string({
      description: "Carry out this plan.",
      helpValue: "FILE",
      exclusive: ["plan-out", "prune", "reason", "print-schema"],
    }),
    "plan-out": string({ description: "Write the plan into this new file, and change nothing.", helpValue: "FILE" }),
    prune: switchFlag({ description: "Schedule the purge of every tenant that no file names." }),
    after: string({
      description: "When such a purge is due: 90m, 12h, 30d, 4w; 30d unless given.",
      helpValue: "SPAN",
    }),
    reason: string({ description: "Why tenants are suspended, or purged; for the admin audit log.", helpValue: "TEXT" }),
    confirm: string({ description: "With --prune: how many tenants are to be purged.", helpValue: "N" }),
    yes: yesFlag,
    "dry-run": dryRunFlag,
    "print-schema": switchFlag({ description: "Print the JSON Schema of such a file, for editors." }),
  };

  async run(): Promise<AppliedPlan | { schema: object }> {
    const { flags } = await this.parse(TenantApplyCommand);
    const { plan: planFile, file, "plan-out": planOut } = flags;
    if (flags["print-schema"]) {
      const { MANIFEST_SCHEMA } = await import("../../control-plane/manifest/schema.js");
      return this.present({ schema: MANIFEST_SCHEMA }, () => JSON.stringify(MANIFEST_SCHEMA, null, 2));
    }
    if (planFile === undefined && file === undefined) throw new AzoraError("USAGE", "Missing flag: --file, or --plan.", HELP);
    if (flags.after !== undefined && !flags.prune)
      throw new AzoraError("USAGE", "--after says when --prune purges: it needs --prune.");
    if (planOut) checkOutputFile(planOut, { force: false });
    const { openInstallation } = await import("../../installation/open.js");
    return this.using(openInstallation(this.settings()), async (installation) => {
      const connection = await installation.control();
      const plan = planFile === undefined ? await this.makePlan(connection, file ?? "", flags) : await this.readPlan(planFile);
      if (flags["dry-run"] || planOut) return this.showPlan(plan, planOut);
      if (plan.steps.length > 0) await this.agree(plan, flags);
      return this.applyPlan(connection, plan);
    });
  }

  private async makePlan(
    connection: ControlConnection,
    file: string,
    {
      prune,
      after = "30d",
      reason,
    }: { readonly prune: boolean; readonly after?: string | undefined; readonly reason?: string | undefined },
  ): Promise<Plan> {
    const { ManifestInvalid, readManifests } = await import("../../control-plane/manifest/read.js");
    const { planChanges } = await import("../../control-plane/apply/plan.js");
    const pruneAfter = prune ? { pruneAfterSeconds: parseDuration(after, "--after") } : {};
    try {
      const declarations = readManifests(file);
      return await planChanges(connection, { declarations, reason: reason?.trim() || "azora tenant:apply", ...pruneAfter });
    } catch (error) {
      if (!(error instanceof ManifestInvalid)) throw error;
      const { problems, message, code, hint } = error;
      if (problems.length > 1) this.note(problemLines(problems));
      throw new CheckFailed(message, { problems }, hint, code);
    }
  }

  private async readPlan(file: string): Promise<Plan> {
    const { readPlanFile } = await import("../../control-plane/apply/plan-file.js");
    return readPlanFile(file);
  }

  private async showPlan(plan: Plan, planOut: string | undefined): Promise<AppliedPlan> {
    if (planOut) {
      const { writePlan } = await import("../../control-plane/apply/plan-file.js");
      await writeOutputText(planOut, writePlan(plan), { force: false });
    }
    this.present(plan, (out) => planTable(out, plan));
    const kept = planOut ? ` The plan is in ${planOut}: \`azora tenant:apply --plan ${planOut}\` carries it out.` : "";
    this.note(`${planSummary(plan)}. Nothing was changed.${kept}`);
    return { dryRun: true, plan, applied: null };
  }

  private async agree(
    plan: Plan,
    { confirm, yes }: { readonly confirm?: string | undefined; readonly yes: boolean },
  ): Promise<void> {
    const { err, canAsk } = this.io;
    const prunes = plan.steps.filter(({ action }) => action === "prune").length;
    if (canAsk && !yes && confirm === undefined) err.write(`${planTable(err, plan)}\n\n${planSummary(plan)}.\n`);
    if (prunes === 0) return requireConsent(this.io, { ...SWITCHES, question: "Apply this?", given: yes, flag: "--yes" });
    const question = `Type ${prunes} to schedule the purge of ${prunes} tenant(s) and apply the rest:`;
    await requireTypedConsent(this.io, { ...SWITCHES, question, expected: String(prunes), given: confirm, flag: "--confirm" });
  }

  private async applyPlan(connection: ControlConnection, plan: Plan): Promise<AppliedPlan> {
    const { applyPlan } = await import("../../control-plane/apply/apply.js");
    const result = await withProgress(this.io, "Applying", (progress) =>
      applyPlan(connection, plan, (done, total) => progress.update({ done, total, unit: "tenants" })),
    );
    const answer = { dryRun: false, plan, applied: result };
    const { failed, created, updated, pruned } = result;
    const changed = created + updated + pruned;
    if (failed.length > 0) {
      if (!this.jsonEnabled()) this.io.out.write(applied(this.io.out, result));
      const message = `${failed.length.toLocaleString("en-US")} of ${plan.steps.length.toLocaleString("en-US")} tenants could not be changed; ${changed.toLocaleString("en-US")} were.`;
      throw new CheckFailed(message, answer, "Mend what the result names and run the same command again.", "INCOMPLETE");
    }
    this.present(result, (out) => applied(out, result));
    if (changed > 0) this.done(`${changed.toLocaleString("en-US")} tenants changed.`);
    else this.note("Everything was so already; nothing was changed.");
    return answer;
  }
}
