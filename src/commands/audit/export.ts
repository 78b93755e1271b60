import { option, string } from "@oclif/core/flags";
import type { Compression } from "../../audit-file/compress.js";
import type { AuditFormat } from "../../audit-file/encode.js";
import { afterFlag, entryFlags, logFlags, parseLogFilter, periodFlags } from "../../cli/audit-flags.js";
import { AzoraCommand } from "../../cli/base-command.js";
import { switchFlag } from "../../cli/flags.js";
import { operatorName } from "../../cli/operator-name.js";
import { checkOutputFile, writeOutputText } from "../../cli/output-file.js";
import { writeAudit } from "../../cli/write-audit.js";
import { AzoraError } from "../../errors.js";

interface ExportResult {
  readonly file: string;
  readonly entries: number;
  readonly format: AuditFormat;
  readonly compression: string;
  readonly sha256: string;
  /** For the next export's --after. */
  readonly cursor: string;
  readonly manifest: string | null;
  /** Whether what is in it may go by audit:retain. */
  readonly counts: boolean;
}

export default class AuditExportCommand extends AzoraCommand {
  static override summary = "Take an audit log out: a tenant's, or the control plane's.";
  static override description =
    "Writes JSON lines, each the text that its row's hash is made of, which `audit:verify --file` checks; CSV (RFC 4180; a text that begins with = + - @ gets an apostrophe in front, so that no spreadsheet runs it), Apache Parquet, or events of OCSF 1.8.0 (class Entity Management), as SIEMs take them. A file appears whole or not at all, readable by its owner only. Everything is read as of one moment; --after goes on exactly where an earlier export ended, whatever was committed in between. Exporting a tenant's log is a read in that tenant and is logged there. What a whole export as JSON lines, or one with --after behind it, has brought to its end may go by `audit:retain` when it is old.";
  static override examples = [
    "<%= config.bin %> audit:export --tenant acme --checkpoints --output acme-audit.jsonl",
    "<%= config.bin %> audit:export --tenant acme --output acme.jsonl.gz --gzip --manifest acme.manifest.json",
    "<%= config.bin %> audit:export --tenant acme --format parquet --table documents --output documents.parquet",
    "<%= config.bin %> audit:export --control-plane --since 2026-11-01 --action tenant.purge --format csv",
  ];
  static override flags = {
    ...logFlags,
    ...periodFlags,
    ...entryFlags,
    after: afterFlag,
    format: option({
      description: "How to write it.",
      options: ["jsonl", "csv", "parquet", "ocsf"] as const,
      default: "jsonl",
    })(),
    checkpoints: switchFlag({
      description: "Put the signed checkpoints in front of JSON lines, so that the file can be checked by itself.",
      exclusive: ["since", "until", "actor", "action", "table", "row", "after"],
    }),
    gzip: switchFlag({ description: "Compress it with gzip.", exclusive: ["zstd"] }),
    zstd: switchFlag({ description: "Compress it with Zstandard (Node 22.15 or later).", exclusive: ["gzip"] }),
    output: string({ description: "File to write; `-` is stdout.", default: "-", helpValue: "FILE" }),
    manifest: string({ description: "File for what was exported: hash, entries, filters, schema, cursor.", helpValue: "FILE" }),
    force: switchFlag({ description: "Replace the files if they exist." }),
  };

  async run(): Promise<ExportResult | undefined> {
    const { flags } = await this.parse(AuditExportCommand);
    const { tenant, format, output, manifest: manifestFile, force, checkpoints } = flags;
    if (checkpoints && format !== "jsonl") {
      throw new AzoraError("USAGE", `A file in the format ${format} can't be checked, and takes no checkpoints.`, {
        hint: "Leave out --format.",
      });
    }
    const compression: Compression | undefined = flags.gzip ? "gzip" : flags.zstd ? "zstd" : undefined;
    const query = { ...parseLogFilter(flags), checkpoints, ...(flags.after !== undefined && { after: flags.after }) };
    const { checkCompression } = await import("../../audit-file/compress.js");
    checkCompression(compression);
    const toFile = output !== "-";
    if (toFile) checkOutputFile(output, { force });
    else this.checkStdout(format, compression);
    if (manifestFile) checkOutputFile(manifestFile, { force });

    const config = this.settings();
    const { openInstallation } = await import("../../installation/open.js");
    const { exportAudit } = await import("../../installation/export-audit.js");
    const input = { tenant, actor: `operator:${operatorName(config)}`, query, format, compression, file: toFile ? output : null };
    const { manifest, counts } = await this.using(openInstallation(config), async (installation) => {
      const open = (onRows: (rows: number) => void) => exportAudit(installation, config, { ...input, onRows });
      const written = await writeAudit(this.io, open, { output, force });
      const manifest = written.manifest();
      return { manifest, counts: await written.finish(manifest) };
    });
    if (manifestFile) await writeOutputText(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`, { force });
    if (!toFile) return undefined;
    const { rows: entries, sha256, cursor } = manifest;
    this.done(`${entries.toLocaleString("en-US")} entries written to ${output}. To continue: --after ${cursor}`);
    return {
      file: output,
      entries,
      format,
      compression: manifest.compression,
      sha256,
      cursor,
      manifest: manifestFile ?? null,
      counts,
    };
  }

  private checkStdout(format: AuditFormat, compression: Compression | undefined): void {
    const isBinary = compression !== undefined || format === "parquet";
    const hint = "Name a file with --output.";
    if (this.jsonEnabled() && (isBinary || format === "csv")) {
      throw new AzoraError("USAGE", `--json and --${compression ?? `format ${format}`} can't share stdout.`, { hint });
    }
    if (isBinary && this.io.out.isTty) throw new AzoraError("USAGE", "That is nothing for a terminal.", { hint });
  }
}
