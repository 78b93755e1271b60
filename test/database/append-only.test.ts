import { expect, it } from "vitest";
import type { OperatorRole } from "../../src/database/logins.js";
import type { SigningKey } from "../../src/signing.js";
import { onTenantLogin } from "../support/bare-connection.js";
import { OPERATORS } from "../support/prepare.js";
import { age, retain, sealAll, takeWhole } from "../support/retained.js";
import { describeOnBothEngines } from "../support/world.js";

const COLUMN = {
  "tenant.audit_log": "actor",
  "tenant.audit_checkpoints": "hash",
  "tenant.audit_retentions": "hash",
  "control.admin_audit_log": "operator",
  "control.admin_audit_checkpoints": "hash",
  "control.admin_audit_retentions": "hash",
  "control.purge_receipts": "account_slug",
};
const LOGS = Object.keys(COLUMN) as (keyof typeof COLUMN)[];
const statements = (table: keyof typeof COLUMN) => [
  `UPDATE ${table} SET ${COLUMN[table]} = 'nobody'`,
  `DELETE FROM ${table}`,
  `TRUNCATE ${table}`,
  `TRUNCATE ${table} CASCADE`,
];

describeOnBothEngines("a log", (world) => {
  const contents = () =>
    Promise.all(
      LOGS.map((table) => world().look(`SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM ${table} t`)),
    );

  it("is changed, deleted from and truncated by nobody: not the runtime, not an operator, not the owner, not a superuser", async () => {
    // A receipt, checkpoints and retentions, so that every log has a row to lose.
    for (const log of [world().a, null]) {
      await sealAll(world(), log);
      await age(world(), log, { key: world().control.signingKey as SigningKey });
      await takeWhole(world(), log);
      expect(await retain(world(), log)).toHaveLength(1);
    }
    await world().look("DELETE FROM control.accounts WHERE id = $1", (await world().newTenant()).id);
    const before = await contents();
    // 0A000: a table that others refer to isn't truncated by itself.
    const refused = { code: expect.stringMatching(/^(42501|0A000)$/) };
    // Without a context the owner doesn't even see a row that it could delete.
    const inContext = `SELECT guard.enter('${world().a.id}', 'owner')`;
    for (const sql of LOGS.flatMap(statements)) {
      await expect(
        onTenantLogin(world(), (client) => client.query(sql)),
        `runtime: ${sql}`,
      ).rejects.toMatchObject(refused);
      await expect(world().look(sql), `superuser: ${sql}`).rejects.toMatchObject(refused);
      await expect(asOwner(`${inContext}; ${sql}`), `owner: ${sql}`).rejects.toMatchObject(refused);
      await expect(silenced(sql), `superuser, triggers silenced: ${sql}`).rejects.toMatchObject(refused);
    }
    for (const role of Object.keys(OPERATORS) as OperatorRole[]) {
      await world().as(role);
      const pool = await world().engine.pool("control");
      for (const sql of LOGS.flatMap(statements)) {
        await expect(pool.query(sql), `${role}: ${sql}`).rejects.toMatchObject(refused);
      }
    }
    expect(await contents()).toEqual(before);
  });

  it("isn't reached by truncating the accounts that it hangs on", async () => {
    const before = await contents();
    await expect(world().look("TRUNCATE control.accounts CASCADE")).rejects.toMatchObject({ code: "42501" });
    expect(await contents()).toEqual(before);
  });

  it("of a tenant takes no row from that tenant", async () => {
    const db = world().db(world().a);
    await expect(
      db.$executeRaw`INSERT INTO tenant.audit_log (actor, operation, subject, row_id) VALUES ('somebody', 'delete', 'documents', '1')`,
    ).rejects.toThrow(/permission denied/);
    await expect(db.auditLog.deleteMany()).rejects.toThrow(/denied|42501|permission/i);
    await expect(db.$executeRaw`UPDATE tenant.audit_log SET actor = 'somebody'`).rejects.toThrow(/permission denied/);
    await expect(db.$executeRaw`DELETE FROM tenant.audit_log`).rejects.toThrow(/permission denied/);
  });

  async function asOwner(sql: string): Promise<void> {
    const client = await world().owner.connect();
    try {
      await client.query(`BEGIN; SET LOCAL ROLE azora_owner; ${sql}; COMMIT`);
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  }

  async function silenced(sql: string): Promise<void> {
    const client = await world().owner.connect();
    try {
      await client.query(`BEGIN; SET LOCAL session_replication_role = replica; ${sql}; COMMIT`);
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  }
});
