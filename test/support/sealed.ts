import { setTimeout as sleep } from "node:timers/promises";
import { openAdminLog } from "../../src/control-plane/open-admin-log.js";
import { sealLog } from "../../src/control-plane/seal-log.js";
import { type Checkpoint, parseCheckpointLine, writeCheckpointLine } from "../../src/seal/checkpoint.js";
import { type LogVerdict, type OpenLog, verifyLog } from "../../src/seal/verify-log.js";
import { publicKeyOf, type SigningKey } from "../../src/signing.js";
import { openAuditLog } from "../../src/tenant-plane/open-audit-log.js";
import type { TestTenant, World } from "./world.js";

/** Seals a tenant's log, or the control plane's. @returns the new checkpoints */
export async function seal(world: World, tenant: TestTenant | null): Promise<readonly Checkpoint[]> {
  await othersEnd(world);
  return sealLog(world.control, { accountId: tenant?.id ?? null, slug: tenant?.slug ?? null, dryRun: false });
}

/**
 * Waits until what other files had begun is over. Transactions are numbered over all databases of a server, and a seal ends
 * before the oldest that runs.
 */
export async function othersEnd(world: World): Promise<void> {
  const [{ now } = { now: "" }] = await world.look<{ now: string }>("SELECT now()::text AS now");
  const running = () =>
    world.look(
      "SELECT pid FROM pg_stat_activity WHERE datname <> current_database() AND backend_xid IS NOT NULL AND xact_start <= $1",
      now,
    );
  while ((await running()).length > 0) await sleep(20);
}

export function keysOf(world: World): readonly string[] {
  return [publicKeyOf(world.control.signingKey as SigningKey)];
}

/** Works with a log in one snapshot. */
export async function withLog<T>(world: World, tenant: TestTenant | null, work: (log: OpenLog) => Promise<T>): Promise<T> {
  const log = tenant ? await openAuditLog(world, { accountId: tenant.id, actor: "verifier" }) : await openAdminLog(world.control);
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}

export async function verify(world: World, tenant: TestTenant | null, kept: readonly Checkpoint[] = []): Promise<LogVerdict> {
  return withLog(world, tenant, (log) => verifyLog(log, { keys: keysOf(world), kept }));
}

/** All lines of a log, as they are exported. */
export async function linesOf(world: World, tenant: TestTenant | null): Promise<string[]> {
  return withLog(world, tenant, async (log) => {
    const lines: string[] = [];
    for await (const page of log.pages()) lines.push(...page.split("\n"));
    return lines;
  });
}

/** A log's checkpoints, as somebody keeps them. */
export async function checkpointsOf(world: World, tenant: TestTenant | null): Promise<Checkpoint[]> {
  return withLog(world, tenant, async (log) =>
    (await log.checkpoints()).map((each) => parseCheckpointLine(writeCheckpointLine(each), "here")),
  );
}

/** Statements of a superuser who has silenced every trigger, those that are always on too. */
export async function asForger({ owner }: Pick<World, "owner">, ...statements: readonly string[]): Promise<void> {
  const client = await owner.connect();
  const parts = ["log", "checkpoints", "retentions"];
  const tables = parts.flatMap((part) => [`tenant.audit_${part}`, `control.admin_audit_${part}`]);
  const triggers = (state: string) => tables.map((table) => `ALTER TABLE ${table} ${state} TRIGGER USER;`).join(" ");
  try {
    await client.query(`BEGIN; ${triggers("DISABLE")} ${statements.map((each) => `${each};`).join(" ")} COMMIT`);
  } finally {
    await client.query("ROLLBACK");
    // ENABLE ALWAYS, as they were.
    await client.query(
      `DO $$ DECLARE t record; BEGIN FOR t IN SELECT tgrelid::regclass AS r, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'D'
        LOOP EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.r, t.tgname); END LOOP; END $$`,
    );
    client.release();
  }
}

/** What a forger writes who makes the hash of a changed row anew, as the trigger would. */
export function rehash(where: string): string {
  return `UPDATE tenant.audit_log NEW SET content_hash = sha256('\\x00'::bytea || convert_to(json_build_object(
    'accountId', NEW.account_id, 'id', NEW.id, 'transactionId', NEW.transaction_id,
    'occurredAt', to_char(NEW.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'actor', NEW.actor, 'operation', NEW.operation, 'subject', NEW.subject, 'rowId', NEW.row_id, 'method', NEW.method,
    'filter', NEW.filter, 'rowCount', NEW.row_count, 'oldValues', NEW.old_values, 'newValues', NEW.new_values)::text, 'UTF8')) WHERE ${where}`;
}
