import { string } from "@oclif/core/flags";
import { insideFlags } from "../../cli/flags.js";
import { parseLimit } from "../../cli/input.js";
import { InsideCommand } from "../../cli/inside-command.js";
import { userTable } from "../../cli/views/access.js";
import type { UserPage } from "../../tenant-plane/access/users.js";

export default class UserListCommand extends InsideCommand {
  static override summary = "List a tenant's users with their roles, in the order of their e-mail addresses.";
  static override description = "It is a read in that tenant and is logged there.";
  static override examples = ["<%= config.bin %> user:list --tenant acme"];
  static override flags = {
    ...insideFlags,
    limit: string({ description: "At most so many, from 1 to 1000; 50 unless given.", default: "50", helpValue: "N" }),
    after: string({ description: "Go on behind this address: the last one of the page before.", helpValue: "EMAIL" }),
  };

  async run(): Promise<UserPage> {
    const { flags } = await this.parse(UserListCommand);
    const { after } = flags;
    const limit = parseLimit(flags.limit, "--after EMAIL goes on behind a page.");
    const { insideTenant } = await import("../../installation/open-tenant.js");
    const { listUsers } = await import("../../tenant-plane/access/users.js");
    const page = await insideTenant(this.where(flags), (tenant) =>
      listUsers(tenant, { limit, ...(after !== undefined && { after }) }),
    );
    this.present(page, (out) => userTable(out, page.users));
    const { users, total } = page;
    if (users.length < total) this.note(`${users.length.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}.`);
    return page;
  }
}
