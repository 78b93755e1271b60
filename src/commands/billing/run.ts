import type { RunOutboxResult } from "../../billing/run-outbox.js";
import { AzoraCommand } from "../../cli/base-command.js";
import { CheckFailed } from "../../cli/failure.js";
import { optionalTenantArgument, switchFlag } from "../../cli/flags.js";
import { withProgress } from "../../cli/progress.js";
import { stepTable } from "../../cli/views/billing.js";
import { AzoraError } from "../../errors.js";

export default class BillingRunCommand extends AzoraCommand {
  static override summary = "Do at Stripe what is waiting to be done there.";
  static override description =
    "For cron, and after a failure. Each step is done once: it has an idempotency key of its own, two runs share the work, and what a killed run has begun is gone on with as soon as its lease is over, three minutes later. A tenant's steps are done in order, so one that Stripe refuses holds back those after it until --retry. Exit code 8 when Stripe can't be reached, 9 when it has refused a step.";
  static override examples = ["<%= config.bin %> billing:run", "<%= config.bin %> billing:run acme --retry"];
  static override args = { tenant: optionalTenantArgument };
  static override flags = { retry: switchFlag({ description: "Try again at once what was refused or put off." }) };

  async run(): Promise<RunOutboxResult> {
    const { args, flags } = await this.parse(BillingRunCommand);
    const { openInstallation } = await import("../../installation/open.js");
    const { runOutbox } = await import("../../billing/run-outbox.js");
    const { retrySteps } = await import("../../billing/retry-steps.js");
    const { findTenant } = await import("../../control-plane/find-tenant.js");
    const result = await this.using(openInstallation(this.settings()), async (installation) => {
      const billing = await installation.billing();
      if (billing.livemode) this.announceLive();
      const scope = args.tenant === undefined ? {} : { accountId: (await findTenant(billing.control, args.tenant)).id };
      if (flags.retry) await retrySteps(billing, scope);
      return withProgress(this.io, "Asking Stripe", (progress) => {
        let done = 0;
        return runOutbox(billing, { ...scope, onStep: () => progress.update({ done: ++done, unit: "steps" }) });
      });
    });
    this.present(result, (out) => stepTable(out, result.steps));
    const { done, failed, waiting, stopped } = result;
    if (stopped) throw new AzoraError(stopped.code, stopped.message, stopped.hint === null ? {} : { hint: stopped.hint });
    if (failed > 0) {
      const hint = "The messages say why and whether money moved; `azora billing:run --retry` tries again.";
      throw new CheckFailed(`Stripe refused ${failed} of ${done + failed} steps.`, result, hint);
    }
    if (waiting > 0)
      this.note(
        `${waiting} ${waiting === 1 ? "step is" : "steps are"} still to be done: in another run's hands, put off, or behind one that was refused.`,
      );
    this.done(`${done} ${done === 1 ? "step is" : "steps are"} done at Stripe.`);
    return result;
  }
}
