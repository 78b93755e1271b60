import { string } from "@oclif/core/flags";
import type { Billing } from "../../billing/connection.js";
import type { HandledEvent } from "../../billing/events/handle-event.js";
import { AzoraCommand } from "../../cli/base-command.js";
import { describeFailure } from "../../cli/failure.js";
import { parseCount } from "../../cli/input.js";
import { toJsonLine } from "../../cli/json.js";
import { seldom } from "../../cli/seldom.js";
import { stopSignal } from "../../cli/stop-signal.js";
import { eventLine } from "../../cli/views/billing-events.js";
import { AzoraError } from "../../errors.js";

const LOOPBACK = "127.0.0.1";

export default class BillingWebhookCommand extends AzoraCommand {
  static override summary = "Receive Stripe's events by HTTP, until it is stopped.";
  static override description =
    "For those who want an event at once; `billing:events` in cron does without a receiver, and belongs beside one. Only what is signed with STRIPE_WEBHOOK_SECRET within five minutes is believed; while one secret takes the place of another, set both, with a space between. Stripe hears that an event has arrived when all of it is done, and sends it again otherwise. It listens on this machine only: put a proxy with TLS in front of it. SIGTERM or Ctrl-C stops it when what is under way is done. A line an event; in a pipe, and with --json, one JSON object a line.";
  static override examples = [
    "<%= config.bin %> billing:webhook --port 8250",
    "<%= config.bin %> billing:webhook --host 0.0.0.0 --json",
  ];
  static override flags = {
    port: string({ description: "TCP port; 0 for any free one.", default: "8250", helpValue: "N" }),
    host: string({
      description: "Another address to listen on: whoever reaches it can send.",
      default: LOOPBACK,
      helpValue: "ADDRESS",
    }),
  };

  async run(): Promise<undefined> {
    const { flags } = await this.parse(BillingWebhookCommand);
    const { host } = flags;
    const port = parseCount(flags.port, "--port", 65_535);
    const config = this.settings();
    if (config.engine.value === "embedded") {
      throw new AzoraError("USAGE", "A receiver needs a server: on the embedded engine nobody else could work meanwhile.", {
        hint: "`azora billing:events` in cron takes in the same events.",
      });
    }
    const { openInstallation } = await import("../../installation/open.js");
    const { webhookSecrets } = await import("../../billing/settings.js");
    await this.using(openInstallation(config), async (installation) => {
      const secrets = webhookSecrets(config.stripe.webhookSecret?.value);
      const billing = await installation.billing();
      await this.receive(billing, { host, port, secrets });
    });
    return undefined;
  }

  private async receive(billing: Billing, place: { host: string; port: number; secrets: readonly string[] }): Promise<void> {
    const { startReceiver } = await import("../../billing/webhook/receiver.js");
    const { handleEvent } = await import("../../billing/events/handle-event.js");
    const sayRefused = seldom((text) => this.complain(text));
    const receiver = await startReceiver({
      ...place,
      handle: async (event) => this.tell(await handleEvent(billing, event)),
      onFailure: ({ id, type }, error) => this.complain(`The event ${id} (${type}) failed: ${describeFailure(error).message}`),
      onRefusal: ({ status, error }) => sayRefused(`Turned away (${status}): ${error}`),
    });
    if (place.host !== LOOPBACK) {
      this.complain(
        `Listening beyond loopback, in the clear: whoever reaches ${place.host} can send. A proxy with TLS belongs in front.`,
      );
    }
    this.complain(`Listening on ${receiver.url}`);
    await stopSignal();
    this.complain("Stopping: what is under way is finished first.");
    await receiver.stop();
  }

  private tell(handled: HandledEvent): void {
    const { out } = this.io;
    if (out.isTty && !this.jsonEnabled()) out.write(eventLine(out, new Date(), handled));
    else out.stream.write(toJsonLine(handled));
  }

  /** Also with --json: nobody reads the result of what never ends. */
  private complain(text: string): void {
    this.io.err.write(text);
  }
}
