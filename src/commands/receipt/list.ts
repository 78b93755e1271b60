import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { switchFlag } from "../../cli/flags.js";
import { parseLimit, parseNumber } from "../../cli/input.js";
import { checkOutputFile, writeOutputText } from "../../cli/output-file.js";
import { receiptTable } from "../../cli/views/receipt.js";
import type { ReceiptPage } from "../../control-plane/read-receipts.js";

interface Exported {
  readonly file: string;
  readonly links: number;
}

export default class ReceiptListCommand extends AzoraCommand {
  static override summary = "List the receipts of purged tenants, the newest first.";
  static override description =
    "With --output it writes the whole chain instead, every receipt and addendum, with a signed word of how many there are: `receipt:verify` finds one that was changed, removed or reordered in it, and an end that was cut off.";
  static override examples = [
    "<%= config.bin %> receipt:list --limit 10",
    "<%= config.bin %> receipt:list --output receipts.json",
  ];
  static override flags = {
    limit: string({ description: "At most so many, from 1 to 1000.", default: "50", helpValue: "N" }),
    before: string({ description: "Only those before this number.", helpValue: "NUMBER" }),
    output: string({ description: "Write the whole chain into this file.", helpValue: "FILE", exclusive: ["before"] }),
    force: switchFlag({ description: "Replace the file if it exists." }),
  };

  async run(): Promise<ReceiptPage | Exported> {
    const { flags } = await this.parse(ReceiptListCommand);
    const { output, force } = flags;
    if (output !== undefined) return this.export(output, force);
    const before = flags.before === undefined ? undefined : parseNumber(flags.before, "--before");
    const { openInstallation } = await import("../../installation/open.js");
    const { listReceipts } = await import("../../control-plane/read-receipts.js");
    const page = await this.using(openInstallation(this.settings()), async (installation) =>
      listReceipts(await installation.control(), {
        limit: parseLimit(flags.limit, "--before NUMBER goes on behind a page."),
        ...(before !== undefined && { before }),
      }),
    );
    this.present(page, (out) => receiptTable(out, page.receipts));
    const { receipts, total, next } = page;
    if (next !== null) {
      const shown = `${receipts.length.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}`;
      this.note(`${shown} receipts. \`--before ${next}\` goes on.`);
    }
    return page;
  }

  private async export(file: string, force: boolean): Promise<Exported> {
    checkOutputFile(file, { force });
    const { openInstallation } = await import("../../installation/open.js");
    const { exportChain } = await import("../../control-plane/export-receipts.js");
    const { text, links } = await this.using(openInstallation(this.settings()), async (installation) =>
      exportChain(await installation.control()),
    );
    await writeOutputText(file, text, { force });
    this.done(`${links.toLocaleString("en-US")} links written to ${file}.`);
    return { file, links };
  }
}
