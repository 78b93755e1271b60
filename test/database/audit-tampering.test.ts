import { beforeAll, describe, expect, it } from "vitest";
import type { Checkpoint } from "../../src/seal/checkpoint.js";
import { compareIds, readLine } from "../../src/seal/line.js";
import type { LogVerdict } from "../../src/seal/verify-log.js";
import { randomOf } from "../billing/random.js";
import { type Forgery, type Ground, KINDS, tryForgery, whyWrong, writeRows } from "../support/forger.js";
import { asForger, checkpointsOf, keysOf, linesOf, seal, verify } from "../support/sealed.js";
import { describeOnBothEngines, type TestTenant, type World } from "../support/world.js";

/** So many random changes on the server: 1,000 is the goal that `npm run bench -- audit tampering` shows. */
const CHANGES = Number(process.env.AZORA_TAMPER_CHANGES ?? 60);
const SEED = Number(process.env.AZORA_TAMPER_SEED ?? 20261123);

const ROWS = 60;
const RANGES = 3;

describeOnBothEngines("a sealed log in the hands of a superuser", (world, kind) => {
  let ground: Ground;
  let kept: readonly Checkpoint[];

  beforeAll(async () => {
    const [tenant, other] = [world().a, world().b];
    // On one engine each range's ids follow those of the range before, on the other all lie among those of the first.
    if (kind === "server") await asForger(world(), "DELETE FROM tenant.audit_log");
    for (let range = 0; range < RANGES; range++) {
      for (const { id } of [tenant, other]) await write(world(), id, new Date(Date.UTC(2026, 2 + range, 1)));
      for (const each of [tenant, other]) await seal(world(), each);
    }
    kept = await checkpointsOf(world(), tenant);
    ground = { account: tenant.id, other: other.id, rows: await sealedRows(world(), tenant, kept), checkpoints: kept.length };
    expect(kept).toHaveLength(RANGES);
  });

  async function forged({ statements }: Pick<Forgery, "statements">): Promise<LogVerdict> {
    const client = await world().owner.connect();
    try {
      return await tryForgery(client, { account: ground.account, statements }, { keys: keysOf(world()), kept });
    } finally {
      client.release();
    }
  }

  async function expectFound(forgery: Forgery): Promise<void> {
    expect(whyWrong(forgery, await forged(forgery)), forgery.name).toBeNull();
  }

  describe.each(Object.entries(KINDS))("%s", (name, make) => {
    it("is found, where it is", async () => {
      const random = randomOf(SEED + name.length);
      for (let round = 0; round < 3; round++) {
        await expectFound(make(ground, random));
      }
    });
  });

  it(`finds each of ${kind === "server" ? CHANGES : 20} random changes, and invents none`, { timeout: 600_000 }, async () => {
    const random = randomOf(SEED);
    for (let round = 0; round < (kind === "server" ? CHANGES : 20); round++) {
      await expectFound(random.pick(Object.values(KINDS))(ground, random));
      if (round % 20 === 0) expect(await forged({ statements: [] })).toMatchObject({ problems: [], untold: 0 });
    }
  });

  it("names the row, even when its hash was made anew", async () => {
    const random = randomOf(1);
    for (const name of ["edit", "edit and hash anew", "another hash", "insert"]) {
      const forgery = KINDS[name]?.(ground, random) as Forgery;
      const { problems } = await forged(forgery);
      expect(
        problems.map(({ row }) => row),
        name,
      ).toContain(forgery.rows[0]);
    }
    const { id } = ground.rows[30] as { id: string };
    const gone = await forged({
      statements: [`DELETE FROM tenant.audit_log WHERE account_id = '${ground.account}' AND id = '${id}'`],
    });
    expect(gone.problems).toEqual([
      {
        checkpoint: ground.rows[30]?.checkpoint,
        row: null,
        what: expect.stringContaining(`between ${ground.rows[29]?.id} and ${ground.rows[31]?.id}, was deleted`),
      },
    ]);
  });

  it("finds it over the tenant's own connection, as the command does", async () => {
    expect(await verify(world(), world().a, kept)).toMatchObject({ problems: [] });
    const [row] = ground.rows;
    await asForger(world(), `UPDATE tenant.audit_log SET actor = 'x' WHERE id = '${row?.id}'`);
    expect((await verify(world(), world().a)).problems).toMatchObject([{ checkpoint: row?.checkpoint, row: row?.id }]);
    await asForger(world(), `UPDATE tenant.audit_log SET actor = 'user-1' WHERE id = '${row?.id}'`);
    await asForger(
      world(),
      `DELETE FROM tenant.audit_checkpoints WHERE account_id = '${ground.account}' AND sequence = ${RANGES}`,
    );
    // Without what was kept elsewhere a log without its last checkpoint looks like one that wasn't sealed yet.
    expect((await verify(world(), world().a)).problems.map(({ row: id }) => id)).not.toContain(row?.id);
    expect((await verify(world(), world().a, kept)).problems).toMatchObject([
      { checkpoint: RANGES, what: expect.stringContaining("kept elsewhere") },
    ]);
  });

  it("of the control plane is held in the same way", async () => {
    await seal(world(), null);
    const before = await verify(world(), null);
    expect(before.problems).toEqual([]);
    await asForger(
      world(),
      "UPDATE control.admin_audit_log SET operator = 'somebody' WHERE id = (SELECT min(id) FROM control.admin_audit_log)",
    );
    expect((await verify(world(), null)).problems).toMatchObject([{ checkpoint: 1, row: "1" }]);
    await asForger(world(), "DELETE FROM control.admin_audit_log WHERE id = (SELECT min(id) FROM control.admin_audit_log)");
    expect((await verify(world(), null)).problems).toMatchObject([
      { checkpoint: 1, row: null, what: expect.stringContaining("was deleted") },
    ]);
  });
});

async function write(world: World, account: string, from: Date): Promise<void> {
  const client = await world.owner.connect();
  try {
    await writeRows(client, account, { from, rows: ROWS });
  } finally {
    client.release();
  }
}

async function sealedRows(world: World, tenant: TestTenant, kept: readonly Checkpoint[]): Promise<Ground["rows"]> {
  return (await linesOf(world, tenant)).flatMap((text) => {
    const line = readLine(text);
    const checkpoint = kept.find(
      ({ lastId, transactionsBelow }) => line && compareIds(line.id, lastId) <= 0 && line.transactionId < transactionsBelow,
    );
    return line && checkpoint ? [{ id: line.id, checkpoint: checkpoint.sequence }] : [];
  });
}
