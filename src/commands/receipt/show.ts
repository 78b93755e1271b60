import { string as stringArgument } from "@oclif/core/args";
import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { switchFlag } from "../../cli/flags.js";
import { checkOutputFile, writeOutputText } from "../../cli/output-file.js";
import { receiptDetails } from "../../cli/views/receipt.js";
import type { Receipt } from "../../control-plane/receipt.js";

export default class ReceiptShowCommand extends AzoraCommand {
  static override summary = "Show the receipt of a purged tenant, or write its certificate.";
  static override description =
    "By the receipt's number, or by the slug or id that the tenant had. --html writes a certificate for people: one page that needs no network and prints well. --output writes what `receipt:verify` checks: the signed text, with what was said of it since.";
  static override examples = [
    "<%= config.bin %> receipt:show 12",
    "<%= config.bin %> receipt:show acme --html certificate.html --output receipt.json",
  ];
  static override args = {
    receipt: stringArgument({ description: "Number, slug or account id.", required: true, ignoreStdin: true }),
  };
  static override flags = {
    html: string({ description: "Write the certificate into this file.", helpValue: "FILE" }),
    output: string({ description: "Write the signed receipt into this file (JSON).", helpValue: "FILE" }),
    force: switchFlag({ description: "Replace the files if they exist." }),
  };

  async run(): Promise<Receipt> {
    const { args, flags } = await this.parse(ReceiptShowCommand);
    const { html, output, force } = flags;
    for (const file of [html, output]) if (file !== undefined) checkOutputFile(file, { force });
    const { openInstallation } = await import("../../installation/open.js");
    const { findReceipt } = await import("../../control-plane/read-receipts.js");
    const receipt = await this.using(openInstallation(this.settings()), async (installation) =>
      findReceipt(await installation.control(), args.receipt),
    );
    if (html !== undefined) {
      const { receiptPage } = await import("../../installation/receipt-page.js");
      await writeOutputText(html, receiptPage(receipt), { force });
    }
    if (output !== undefined) {
      const { writeReceipt } = await import("../../control-plane/receipt-file.js");
      await writeOutputText(output, writeReceipt([receipt, ...receipt.addenda]), { force });
    }
    this.present(receipt, (out) => receiptDetails(out, receipt));
    for (const file of [html, output]) if (file !== undefined) this.done(`Written to ${file}.`);
    return receipt;
  }
}
