import { randomUUID } from "node:crypto";
import type { Config } from "../../config.js";
import type { ControlConnection } from "../../control-plane/connection.js";
import type { Engine, Login } from "../../database/engine.js";
import { compareHistory } from "../../database/migrate/history.js";
import { AzoraError } from "../../errors.js";
import { publicKeyOf } from "../../signing.js";
import { openTenantDb } from "../../tenant-plane/tenant-db.js";
import { tenantConnectionOf } from "../open.js";
import { type Check, failed, ok, skipped } from "./check.js";

/** The database's migrations against this version's. */
export async function checkMigrations(engine: Engine, login: Login): Promise<Check> {
  const { applied, pending, unknown } = await compareHistory(await engine.pool(login));
  if (unknown.length > 0) return failed("migrations", `${unknown.length} unknown to this azora`, "Update azora.");
  if (pending.length > 0) return failed("migrations", `${pending.length} pending`, "Run `azora db:migrate`.");
  return ok("migrations", `${applied.length} applied, none pending`);
}

/**
 * Whether the database takes what our key signs: for an account that can't exist it answers
 * ACCOUNT_GONE, which it only says after the signature was found good.
 */
export async function checkContextKey(config: Config, engine: Engine): Promise<Check> {
  const name = "context key";
  if (!config.contextKey) return failed(name, "not set", "Set AZORA_CONTEXT_KEY, or run `azora init`.");
  const db = openTenantDb(tenantConnectionOf(config, engine), { accountId: randomUUID(), actor: "azora doctor" });
  try {
    await db.$queryRaw`SELECT guard.current_account()`;
  } catch (error) {
    if (!(error instanceof AzoraError)) throw error;
    if (error.code === "ACCOUNT_GONE") return ok(name, `${config.contextKey.value.id}, known to the database`);
    return failed(name, error.message, error.hint ?? "Use the key that this database was set up with.");
  }
  return failed(
    name,
    "the database accepted a context of no account",
    "Run `azora db:status`: guard.current_account() was changed.",
  );
}

/** Whether receipts signed here can be checked against the published key. */
export async function checkSigningKey({ client, signingKey }: ControlConnection): Promise<Check> {
  const name = "signing key";
  if (!signingKey) return skipped(name, "not set; without it nothing can be purged");
  const [{ readable }] = await client.$queryRaw<[{ readable: boolean }]>`
    SELECT has_table_privilege('control.settings', 'SELECT') AS readable`;
  if (!readable) return skipped(name, "this operator's role may not look at the published keys");
  const published = await client.setting.findUnique({ where: { key: `signing_key.${signingKey.id}` } });
  const [end] = await client.keyHandover.findMany({ where: { oldKey: signingKey.id }, orderBy: { until: "asc" }, take: 1 });
  const when = end?.until.toISOString().slice(0, 16).replace("T", " ");
  if (end && end.until.getTime() <= Date.now()) {
    return failed(
      name,
      `${signingKey.id} signs nothing more since ${when} UTC`,
      `Use the key that took its place, ${end.newKey}.`,
    );
  }
  // Published by hand, it may have lost the line end that PEM has here.
  if (String(published?.value).trim() === publicKeyOf(signingKey).trim())
    return ok(name, `${signingKey.id}, published in control.settings${when ? `, until ${when} UTC` : ""}`);
  return failed(
    name,
    `${signingKey.id} is not the key that this database published`,
    "Use the key that this database was set up with.",
  );
}
