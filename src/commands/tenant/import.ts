import { string as stringArgument } from "@oclif/core/args";
import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { dryRunFlag } from "../../cli/flags.js";
import { withProgress } from "../../cli/progress.js";
import { importDetails } from "../../cli/views/archive.js";
import type { ImportTenantResult } from "../../installation/import/import-tenant.js";

export default class TenantImportCommand extends AzoraCommand {
  static override summary = "Bring a tenant in from an archive of another installation.";
  static override description =
    "Takes what `tenant:export` wrote, with the owner's login: whoever has it says what a tenant's history was. The signature is held against --public-key, the key that the other installation publishes; without it against this database's own. Then every file against its hash, the tables against those here, every line, every reference, every count. One transaction: nobody sees a part of it, killed at any point nothing is there, and the same command again finishes; done already, it does nothing. Ids, times and the audit log stay as they were; one line more says that they were brought in. Under another id (--as-id) the rows are the same, but the log's own proofs name the old one. --dry-run does all of it and takes it back.";
  static override examples = [
    "<%= config.bin %> tenant:import acme.tar --public-key vendor.pem",
    "<%= config.bin %> tenant:import acme.tar --public-key vendor.pem --as-id 7b1f6a0e-5d0c-4b1e-9a57-1f2d3c4b5a69 --slug acme-copy --dry-run",
  ];
  static override args = {
    file: stringArgument({ description: "The archive; not a pipe.", required: true, ignoreStdin: true }),
  };
  static override flags = {
    "public-key": string({
      description: "Public key (PEM) of the installation that it comes from.",
      helpValue: "FILE",
      multiple: true,
      default: [],
    }),
    "as-id": string({ description: "Another account id than the archive's.", helpValue: "UUID" }),
    slug: string({ description: "Another slug than the archive's." }),
    plan: string({ description: "Code of the plan that the tenant subscribes to here.", default: "free" }),
    "owner-url-file": string({ description: "File with the owner's connection string.", helpValue: "FILE" }),
    "dry-run": dryRunFlag,
  };

  async run(): Promise<ImportTenantResult> {
    const { args, flags } = await this.parse(TenantImportCommand);
    const { "as-id": asId, slug, plan, "dry-run": dryRun } = flags;
    const { keysFor } = await import("../../installation/keys/keys-for.js");
    const files = flags["public-key"];
    const publicKeys = files.length > 0 ? await keysFor(() => this.settings(), files) : [];
    const { withOwnerConnection } = await import("../../installation/owner-connection.js");
    const { importTenant } = await import("../../installation/import/import-tenant.js");
    const result = await withOwnerConnection(
      () => this.settings(),
      flags["owner-url-file"],
      (client) =>
        withProgress(this.io, "Importing", (progress) =>
          importTenant(client, {
            ...{ file: args.file, publicKeys, plan, dryRun },
            ...(asId && { asId }),
            ...(slug && { slug }),
            onRows: (table, rows, total) => progress.update({ label: `Importing ${table}`, done: rows, total, unit: "rows" }),
          }),
        ),
    );
    this.present(result, (out) => importDetails(out, result));
    const { account, rows, archive, imported } = result;
    if (!imported) this.note(`The archive is in "${account.slug}" already; nothing was changed.`);
    else if (dryRun) this.note(`Dry run: ${rows.toLocaleString("en-US")} rows would come in; nothing was changed.`);
    else this.done(`The tenant "${account.slug}" is here: ${rows.toLocaleString("en-US")} rows.`);
    if (imported && account.id !== archive.accountId)
      this.note(`It has another id than in the archive, which its audit log's own proofs name.`);
    return result;
  }
}
