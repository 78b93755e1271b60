import { AUDIT_COLUMNS, type AuditText, formatAudit } from "./audit-format.js";
import type { Io } from "./io.js";
import { writeOutputFile, writeToStream } from "./output-file.js";
import { type Progress, withProgress } from "./progress.js";

export interface WriteAuditOptions {
  readonly log: keyof typeof AUDIT_COLUMNS;
  /** A file; `-` is stdout. */
  readonly output: string;
  readonly force: boolean;
}

/** Writes an audit log entry by entry, whatever its length. @returns how many entries */
export async function writeAudit(io: Io, text: AuditText, options: WriteAuditOptions): Promise<number> {
  const { log, output, force } = options;
  let count = 0;
  const write = async (progress: Progress) => {
    const onEntry = (done: number) => {
      count = done;
      progress.update({ done, unit: "entries" });
    };
    const formatted = formatAudit(text, { columns: AUDIT_COLUMNS[log], onEntry });
    await (output === "-" ? writeToStream(io.out.stream, formatted) : writeOutputFile(output, formatted, { force }));
  };
  // Both would draw on the same screen.
  if (output === "-" && io.out.isTty) await write({ update: () => undefined });
  else await withProgress(io, "Exporting", write);
  return count;
}
