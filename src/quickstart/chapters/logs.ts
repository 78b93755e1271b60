import { once } from "node:events";
import { createWriteStream, mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { finished } from "node:stream/promises";
import { readAdminAudit } from "../../control-plane/read-admin-audit.js";
import { readAuditLog } from "../../tenant-plane/read-audit-log.js";
import type { ExportedLog } from "../result.js";
import type { Stage } from "../stage.js";
import type { Cast } from "./tenants.js";

/** Writes both logs to files, a JSON document a line. */
export async function exportLogs(stage: Stage, { a }: Cast, directory: string): Promise<ExportedLog[]> {
  stage.report({
    kind: "chapter",
    number: 8,
    title: "Both logs, taken out",
    why: "Each plane has its own log, written by triggers, that no login can change: what happened in a tenant belongs to the tenant.",
  });
  const folder = join(directory, "exports");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const tenantFile = join(folder, `${a.sample.slug}.audit.jsonl`);
  const adminFile = join(folder, "control-plane.audit.jsonl");
  const tally = new Map<string, number>();
  const entries = await writeLines(
    readAuditLog(stage.tenant, { accountId: a.id, actor: a.user }),
    tenantFile,
    ({ operation }) => {
      tally.set(operation, (tally.get(operation) ?? 0) + 1);
    },
  );
  const actions: [string, string, string][] = [];
  const adminEntries = await writeLines(readAdminAudit(stage.control), adminFile, ({ operator, action, accountSlug }) => {
    if (accountSlug) actions.push([operator, action, accountSlug]);
  });
  stage.check(
    entries > 0 && (tally.get("read") ?? 0) > 0,
    "the tenant's log holds its writes and its reads",
    `${entries} entries`,
  );
  stage.check(
    ["tenant.create", "tenant.suspend", "tenant.resume", "tenant.purge"].every((wanted) =>
      actions.some(([, action]) => action === wanted),
    ),
    "the control plane's log holds every action on a tenant",
    actions.map(([, action]) => action).join(", "),
  );
  const sorts = [...tally].map(([operation, count]) => `${count} × ${operation}`).join(", ");
  stage.report({ kind: "done", what: `${a.sample.slug}: ${entries} entries (${sorts}) → ${relative(directory, tenantFile)}` });
  stage.report({ kind: "done", what: `control plane: ${adminEntries} entries → ${relative(directory, adminFile)}` });
  stage.report({ kind: "table", head: ["operator", "action", "tenant"], rows: actions });
  return [
    { log: a.sample.slug, file: relative(directory, tenantFile), entries },
    { log: "control plane", file: relative(directory, adminFile), entries: adminEntries },
  ];
}

async function writeLines<T>(entries: AsyncIterable<T>, file: string, each: (entry: T) => void): Promise<number> {
  const stream = createWriteStream(file, { mode: 0o600 });
  let count = 0;
  for await (const entry of entries) {
    each(entry);
    count += 1;
    if (!stream.write(`${JSON.stringify(entry)}\n`)) await once(stream, "drain");
  }
  stream.end();
  await finished(stream);
  return count;
}
