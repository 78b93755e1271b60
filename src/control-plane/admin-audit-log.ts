import { checkpointsSql, field, type Log } from "../database/logs/log.js";
import { CONTROL_LINE } from "../seal/line.js";
import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";

const FIELDS = {
  id: field("integer", "id"),
  occurredAt: field("time", "occurred_at"),
  operator: field("text", "operator"),
  action: field("text", "action"),
  outcome: field("text", "outcome"),
  accountId: field("uuid", "account_id"),
  accountSlug: field("text", "account_slug"),
  oldValues: field("json", "old_values"),
  newValues: field("json", "new_values"),
  reason: field("text", "reason"),
  message: field("text", "message"),
  command: field("text", "command"),
  requestId: field("text", "request_id"),
  transactionId: field("integer", "transaction_id"),
  contentHash: field("text", "encode(content_hash, 'hex')"),
};

/** The control plane's log. @param action what a refusal to read it is logged as */
export function adminAuditLog(connection: ControlConnection, action: string): Log {
  return {
    engine: connection.engine,
    login: "control",
    table: "control.admin_audit_log",
    line: CONTROL_LINE,
    fields: FIELDS,
    checkpoints: checkpointsSql({
      checkpoints: "control.admin_audit_checkpoints",
      retentions: "control.admin_audit_retentions",
      where: "true",
    }),
    lastCheckpoint: "SELECT hash FROM control.admin_audit_checkpoints ORDER BY sequence DESC LIMIT 1",
    columns: { actor: "operator", action: "action" },
    dimensions: { operator: "operator", action: "action", outcome: "outcome::text", tenant: "account_slug" },
    // Whoever may not is told so before the first line, and that is logged.
    enter: (client) => client.query("SELECT FROM control.admin_audit_log LIMIT 0"),
    attempt: (run) => attempt(connection, { action }, run),
  };
}
