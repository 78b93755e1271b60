import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { escapeLiteral } from "pg";
import { finishAdminAuditExport } from "../../src/control-plane/finish-admin-audit-export.js";
import { exportAdminAudit } from "../../src/control-plane/read-admin-audit.js";
import { retainLog } from "../../src/control-plane/retain-log.js";
import type { FinishedExport, LogExport } from "../../src/database/logs/export.js";
import { parseCheckpointLine } from "../../src/seal/checkpoint.js";
import type { Retention } from "../../src/seal/retention.js";
import { type SigningKey, signText } from "../../src/signing.js";
import { finishAuditExport } from "../../src/tenant-plane/finish-audit-export.js";
import { exportAuditLog } from "../../src/tenant-plane/read-audit-log.js";
import { asForger, seal } from "./sealed.js";
import type { TestTenant, World } from "./world.js";

export const YEAR = 400 * 86_400;

/** What a log's checkpoints behind one would be, had they been made so long ago: by somebody who has the database and the key. */
export async function age(
  { owner }: Pick<World, "owner">,
  tenant: Pick<TestTenant, "id"> | null,
  { key, days = 401, behind = 0 }: { readonly key: SigningKey; readonly days?: number; readonly behind?: number },
): Promise<void> {
  const table = tenant ? "tenant.audit_checkpoints" : "control.admin_audit_checkpoints";
  const own = tenant ? `account_id = '${tenant.id}'` : "true";
  const client = await owner.connect();
  const { rows } = await client
    .query(
      `SELECT payload, hash, key_id AS "keyId", signature FROM ${table} WHERE ${own} AND sequence > ${behind} ORDER BY sequence`,
    )
    .finally(() => client.release());
  let previousHash: string | null | undefined;
  const statements: string[] = [];
  for (const row of rows) {
    const before = parseCheckpointLine(JSON.stringify(row), "here");
    const sealedAt = new Date(new Date(before.sealedAt).getTime() - days * 86_400_000).toISOString().replace("Z", "000Z");
    previousHash ??= before.previousHash;
    const payload: string = JSON.stringify({ ...JSON.parse(row.payload), sealedAt, previousHash });
    previousHash = createHash("sha256").update(payload, "utf8").digest("hex");
    statements.push(
      `UPDATE ${table} SET payload = ${escapeLiteral(payload)}, hash = '${previousHash}', sealed_at = '${sealedAt}',
         signature = '${signText(payload, key)}' WHERE ${own} AND sequence = ${before.sequence}`,
    );
  }
  await asForger({ owner }, ...statements);
}

/** Seals all there is by one checkpoint: what somebody else's open transaction keeps from being sealed is waited for. */
export async function sealAll(world: World, tenant: TestTenant | null): Promise<void> {
  const rows = tenant ? `tenant.audit_log WHERE account_id = '${tenant.id}'` : "control.admin_audit_log";
  const settled = `SELECT FROM ${rows} HAVING max(transaction_id) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint`;
  while ((await world.look(settled)).length === 0) await sleep(20);
  await seal(world, tenant);
}

/** Adds so many small checkpoints, more than one batch of a retention has from 257 on. */
export async function sealSmall(world: World, tenant: TestTenant, checkpoints: number): Promise<void> {
  for (let made = 0; made < checkpoints; made++) {
    await world.look(
      "INSERT INTO tenant.audit_log (account_id, actor, operation, subject, method, content_hash) VALUES ($1, 'x', 'read', 'x', 'x', '\\x00')",
      tenant.id,
    );
    await sealAll(world, tenant);
  }
}

/** An export that was read to its end. */
export async function takeOut(world: World, tenant: TestTenant | null, after?: string): Promise<FinishedExport> {
  const query = after === undefined ? {} : { after };
  const opened: LogExport = tenant
    ? await exportAuditLog(world, { accountId: tenant.id, actor: "exporter" }, query)
    : await exportAdminAudit(world.control, query);
  const hash = createHash("sha256");
  let rows = 0;
  for await (const { text, count } of opened.lines) {
    hash.update(text);
    rows += count;
  }
  const { cursor, lastCheckpoint } = opened;
  return { after: after ?? null, cursor, lastCheckpoint, rows, sha256: hash.digest("hex") };
}

/** Says that it was. @returns whether it counts */
export function finish(world: World, tenant: TestTenant | null, finished: FinishedExport): Promise<boolean> {
  return tenant
    ? finishAuditExport(world, { accountId: tenant.id, actor: "exporter" }, finished)
    : finishAdminAuditExport(world.control, finished);
}

export async function takeWhole(world: World, tenant: TestTenant | null): Promise<FinishedExport> {
  const finished = await takeOut(world, tenant);
  if (!(await finish(world, tenant, finished))) throw new Error("A whole export doesn't count.");
  return finished;
}

export function retain(world: World, tenant: TestTenant | null, dryRun = false): Promise<readonly Retention[]> {
  const which = { accountId: tenant?.id ?? null, slug: tenant?.slug ?? null };
  return retainLog(world.control, { ...which, olderThanSeconds: YEAR, dryRun });
}
