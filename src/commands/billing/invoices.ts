import { string } from "@oclif/core/flags";
import type { InvoicePage } from "../../billing/list-invoices.js";
import { AzoraCommand } from "../../cli/base-command.js";
import { tenantArgument } from "../../cli/flags.js";
import { parseWhole } from "../../cli/input.js";
import { invoiceTable } from "../../cli/views/billing.js";
import { AzoraError } from "../../errors.js";

export default class BillingInvoicesCommand extends AzoraCommand {
  static override summary = "List a tenant's invoices, newest first.";
  static override examples = ["<%= config.bin %> billing:invoices acme --limit 12"];
  static override args = { tenant: tenantArgument };
  static override flags = {
    limit: string({ description: "At most so many, from 1 to 100.", default: "20", helpValue: "N" }),
    after: string({ description: "Go on behind this invoice: the last one of the page before.", helpValue: "ID" }),
  };

  async run(): Promise<InvoicePage> {
    const { args, flags } = await this.parse(BillingInvoicesCommand);
    const limit = parseWhole(flags.limit, "--limit");
    if (limit < 1 || limit > 100) throw new AzoraError("INVALID_INPUT", "--limit is a whole number from 1 to 100.");
    const input = { tenant: args.tenant, limit, ...(flags.after !== undefined && { after: flags.after }) };
    const { openInstallation } = await import("../../installation/open.js");
    const { listInvoices } = await import("../../billing/list-invoices.js");
    const page = await this.using(openInstallation(this.settings()), async (installation) =>
      listInvoices(await installation.billing(), input),
    );
    this.present(page, (out) => invoiceTable(out, page.invoices));
    if (page.next) this.note(`There are more. \`--after ${page.next}\` goes on.`);
    return page;
  }
}
