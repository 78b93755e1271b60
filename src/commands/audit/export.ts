import { boolean, option, string } from "@oclif/core/flags";
import type { AuditFormat, AuditText } from "../../cli/audit-format.js";
import { AzoraCommand } from "../../cli/base-command.js";
import { switchFlag } from "../../cli/flags.js";
import { type AuditFilter, parseAuditFilter } from "../../cli/input.js";
import { operatorName } from "../../cli/operator-name.js";
import { checkOutputFile } from "../../cli/output-file.js";
import { writeAudit } from "../../cli/write-audit.js";
import type { Config } from "../../config.js";
import { AzoraError } from "../../errors.js";
import type { Installation } from "../../installation/open.js";

interface ExportResult {
  readonly file: string;
  readonly entries: number;
  readonly format: AuditFormat;
}

const WHICH = { exactlyOne: ["tenant", "control-plane"] };

export default class AuditExportCommand extends AzoraCommand {
  static override summary = "Take an audit log out: a tenant's, or the control plane's.";
  static override description =
    "Writes JSON lines, each the text that its row's hash is made of, which `audit:verify --file` checks; or CSV (RFC 4180; a text that begins with = + - @ gets an apostrophe in front, so that no spreadsheet runs it). A file appears whole or not at all, readable by its owner only. Exporting a tenant's log is a read in that tenant and is logged there.";
  static override examples = [
    "<%= config.bin %> audit:export --tenant acme --checkpoints --output acme-audit.jsonl",
    "<%= config.bin %> audit:export --control-plane --since 2026-11-01 --action tenant.purge --format csv",
  ];
  static override flags = {
    tenant: string({ description: "Slug or id; an id where there is no control plane.", ...WHICH }),
    "control-plane": boolean({ description: "What the vendor's operators did.", ...WHICH }),
    since: string({ description: "From this day or ISO time on.", helpValue: "TIME" }),
    until: string({ description: "Before this day or ISO time.", helpValue: "TIME" }),
    actor: string({ description: "Only what this actor or operator did." }),
    action: string({ description: "Only this: create, read, update, delete; for the control plane tenant.purge and the like." }),
    format: option({ description: "How to write it.", options: ["jsonl", "csv"] as const, default: "jsonl" })(),
    checkpoints: switchFlag({
      description: "Put the signed checkpoints in front of JSON lines, so that the file can be checked by itself.",
      exclusive: ["since", "until", "actor", "action"],
    }),
    output: string({ description: "File to write; `-` is stdout.", default: "-", helpValue: "FILE" }),
    force: switchFlag({ description: "Replace the file if it exists." }),
  };

  async run(): Promise<ExportResult | undefined> {
    const { flags } = await this.parse(AuditExportCommand);
    const { tenant, format, output, force, checkpoints } = flags;
    const filter = parseAuditFilter(flags);
    const toFile = output !== "-";
    if (toFile) checkOutputFile(output, { force });
    else if (format === "csv" && this.jsonEnabled()) {
      throw new AzoraError("USAGE", "--json and --format csv can't share stdout.", { hint: "Name a file with --output." });
    }
    if (checkpoints && format === "csv") {
      throw new AzoraError("USAGE", "A CSV file can't be checked, and takes no checkpoints.", {
        hint: "Leave out --format csv.",
      });
    }
    const config = this.settings();
    const { openInstallation } = await import("../../installation/open.js");
    const target = { format, output, force };
    const entries = await this.using(openInstallation(config), async (installation) => {
      const source = { filter, format, checkpoints };
      if (tenant === undefined) {
        return writeAudit(this.io, await operatorsLog(installation, source), { log: "control-plane", ...target });
      }
      return writeAudit(this.io, await tenantLog(installation, config, tenant, source), { log: "tenant", ...target });
    });
    if (!toFile) return undefined;
    this.done(`${entries.toLocaleString("en-US")} entries written to ${output}.`);
    return { file: output, entries, format };
  }
}

interface Source {
  readonly filter: AuditFilter;
  readonly format: AuditFormat;
  readonly checkpoints: boolean;
}

async function operatorsLog(installation: Installation, { filter, format, checkpoints }: Source): Promise<AuditText> {
  const connection = await installation.control();
  const { readAdminLines } = await import("../../control-plane/read-admin-lines.js");
  if (format === "jsonl") return { lines: readAdminLines(connection, { filter, checkpoints }) };
  const { readAdminAudit } = await import("../../control-plane/read-admin-audit.js");
  return { entries: readAdminAudit(connection, filter) };
}

async function tenantLog(
  installation: Installation,
  config: Config,
  tenant: string,
  { filter, format, checkpoints }: Source,
): Promise<AuditText> {
  const { accountIdOf } = await import("../../installation/account-id.js");
  const context = { accountId: await accountIdOf(installation, config, tenant), actor: `operator:${operatorName(config)}` };
  const connection = await installation.tenant();
  const { readAuditLines } = await import("../../tenant-plane/read-audit-lines.js");
  if (format === "jsonl") return { lines: readAuditLines(connection, context, { filter, checkpoints }) };
  const { readAuditLog } = await import("../../tenant-plane/read-audit-log.js");
  return { entries: readAuditLog(connection, context, filter) };
}
