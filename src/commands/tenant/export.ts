import { string } from "@oclif/core/flags";
import { AzoraCommand } from "../../cli/base-command.js";
import { switchFlag, tenantArgument } from "../../cli/flags.js";
import { operatorName } from "../../cli/operator-name.js";
import { checkOutputFile, writeOutputFile, writeToStream } from "../../cli/output-file.js";
import { withProgress } from "../../cli/progress.js";
import { exportDetails } from "../../cli/views/archive.js";
import { AzoraError } from "../../errors.js";
import type { ExportTenantResult } from "../../tenant-plane/export/export-tenant.js";

interface ExportResult extends ExportTenantResult {
  readonly file: string;
}

export default class TenantExportCommand extends AzoraCommand {
  static override summary = "Take a tenant's data home: one signed archive of everything that it has.";
  static override description =
    "Writes a tar file with every row of every tenant table as JSON lines (gzip), as of one moment, through the tenant's own login; a signed manifest in it names tables, columns, counts and the SHA-256 of each file. It is read by `tenant:import`, or by tar, gunzip and jq. A file appears whole or not at all, readable by its owner only. The reading is logged in the tenant. Passwords and keys aren't in the archive; it is not encrypted: with --out - it goes to stdout, to whatever encrypts it. A tenant that is suspended has to be readable (`tenant:suspend --read-only`). When it is finished the database remembers it: with the setting purge.require_export no purge begins before.";
  static override examples = [
    "<%= config.bin %> tenant:export acme --out acme.tar",
    "<%= config.bin %> tenant:export acme --out - | age -r age1… > acme.tar.age",
  ];
  static override args = { tenant: tenantArgument };
  static override flags = {
    out: string({ description: "File to write; `-` is stdout.", required: true, helpValue: "FILE" }),
    force: switchFlag({ description: "Replace the file if it exists." }),
  };

  async run(): Promise<ExportResult | undefined> {
    const { args, flags } = await this.parse(TenantExportCommand);
    const { out, force } = flags;
    const toFile = out !== "-";
    if (toFile) checkOutputFile(out, { force });
    else if (this.jsonEnabled())
      throw new AzoraError("USAGE", "--json and an archive can't share stdout.", { hint: "Name a file with --out." });
    else if (this.io.out.isTty)
      throw new AzoraError("USAGE", "An archive is nothing for a terminal.", { hint: "Name a file with --out, or pipe it." });
    const config = this.settings();
    const { openInstallation, signingKeyOf } = await import("../../installation/open.js");
    const { accountIdOf } = await import("../../installation/account-id.js");
    const { exportTenant } = await import("../../tenant-plane/export/export-tenant.js");
    const key = signingKeyOf(config);
    if (!key) {
      throw new AzoraError("NOT_CONFIGURED", "An archive needs the key that signs it.", {
        hint: "Set AZORA_SIGNING_KEY_FILE, or use the configuration that `azora init` wrote.",
      });
    }
    const result = await this.using(openInstallation(config), async (installation) => {
      const accountId = await accountIdOf(installation, config, args.tenant);
      const connection = await installation.tenant();
      const actor = `operator:${operatorName(config)}`;
      return withProgress(this.io, "Exporting", (progress) =>
        exportTenant(
          connection,
          { accountId, actor },
          {
            key,
            write: (chunks) => (toFile ? writeOutputFile(out, chunks, { force }) : writeToStream(this.io.out.stream, chunks)),
            onRows: (table, rows) => progress.update({ label: `Exporting ${table}`, done: rows, unit: "rows" }),
          },
        ),
      );
    });
    const said = `${result.rows.toLocaleString("en-US")} rows of "${result.account.slug}" are in ${toFile ? out : "the archive"}.`;
    if (toFile) this.present(result, (output) => exportDetails(output, result));
    this.done(said);
    return toFile ? { ...result, file: out } : undefined;
  }
}
