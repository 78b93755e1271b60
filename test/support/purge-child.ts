import pg from "pg";
import { openControlPlane } from "../../src/control-plane/connection.js";
import { findTenant } from "../../src/control-plane/find-tenant.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { retainLog } from "../../src/control-plane/retain-log.js";
import { openEmbedded } from "../../src/database/embedded/engine.js";
import { openServer } from "../../src/database/server.js";
import { parseSigningKey } from "../../src/signing.js";
import type { PurgeOrder } from "./killed-purge.js";
import { YEAR } from "./retained.js";

/**
 * Purges one tenant, or removes what is old from its log, as any operator does, and kills itself at the point that it was told:
 * SIGKILL leaves no time for anything, like a power cut.
 */
const order = JSON.parse(process.env.AZORA_TEST_PURGE ?? "") as PurgeOrder;
const die = () => process.kill(process.pid, "SIGKILL");

type AnyQuery = (this: pg.Client, config: string | { text?: string }, ...rest: unknown[]) => Promise<unknown>;
const prototype = pg.Client.prototype as unknown as { query: AnyQuery };
const { query } = prototype;

prototype.query = function watched(config, ...rest) {
  const text = typeof config === "string" ? config : (config.text ?? "");
  const reached = text.includes(order.statement);
  if (reached && order.moment === "before") die();
  const result = query.call(this, config, ...rest);
  if (!reached || order.moment === "before") return result;
  return result.then((value) => {
    die();
    return value;
  });
};

const engine =
  order.kind === "embedded"
    ? openEmbedded({ dataDir: order.place, controlLogin: order.operator })
    : openServer({ control: order.controlUrl });
const control = await openControlPlane(engine, parseSigningKey(order.signingKey.id, order.signingKey.privateKey));
process.stdout.write("ready\n");
if (order.work === "purge") {
  await purgeTenant(control, { tenant: order.slug, reason: "killed on purpose", now: true });
  process.stdout.write("purged\n");
} else {
  const { id: accountId, slug } = await findTenant(control, order.slug);
  await retainLog(control, { accountId, slug, olderThanSeconds: YEAR, dryRun: false });
  process.stdout.write("retained\n");
}
await engine.close();
