import type { Pool } from "pg";
import { openControlPlane } from "../../src/control-plane/connection.js";
import type { Engine } from "../../src/database/engine.js";
import { ensureContextKey, ensureSigningKey } from "../../src/database/guard-keys.js";
import { ensureOperator, type OperatorRole } from "../../src/database/logins.js";
import { applyMigrations } from "../../src/database/migrate/apply.js";
import { parseSigningKey, publicKeyOf } from "../../src/signing.js";
import type { Prepared } from "./global-setup.js";
import { plant } from "./sample.js";

export type Keys = Pick<Prepared, "password" | "contextKey" | "signingKey">;

/** One login for each group of the control plane. */
export const OPERATORS: Readonly<Record<OperatorRole, string>> = {
  "vendor-admin": "azora_test_admin",
  billing: "azora_test_billing",
  support: "azora_test_support",
};

/** Slugs of the two tenants that every world starts with, and the word in all their texts. */
export const TENANTS = { a: { slug: "alpha", marker: "ALPHASECRET" }, b: { slug: "beta", marker: "BETASECRET" } } as const;

/** Makes an installation of an empty database, by the same steps as `azora init`. */
export async function install(owner: Pool, { contextKey, signingKey }: Keys): Promise<void> {
  await applyMigrations(owner);
  await ensureContextKey(owner, { id: contextKey.id, secret: Buffer.from(contextKey.secret, "base64") });
  const { id, privateKey } = signingKey;
  await ensureSigningKey(owner, { id, publicKey: publicKeyOf(parseSigningKey(id, privateKey)) });
  for (const [role, login] of Object.entries(OPERATORS)) await ensureOperator(owner, login, role as OperatorRole);
}

/** Makes the two tenants, with a few records each. */
export async function settle(engine: Engine, { contextKey }: Keys): Promise<void> {
  const control = await openControlPlane(engine, undefined);
  const key = { id: contextKey.id, secret: Buffer.from(contextKey.secret, "base64") };
  for (const { slug, marker } of Object.values(TENANTS)) {
    const [made] = await control.client.$queryRaw<{ account_id: string }[]>`
      SELECT account_id FROM control.create_account(${slug}, ${`${slug} labs`}, ${`owner@${slug}.test`}, 'team', false)`;
    await plant({ engine, contextKey: key }, made?.account_id ?? "", marker);
  }
  await control.client.$disconnect();
}
