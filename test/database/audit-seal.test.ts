import { createHash } from "node:crypto";
import { beforeAll, expect, it } from "vitest";
import { openControlPlane } from "../../src/control-plane/connection.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { sealLog } from "../../src/control-plane/seal-log.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import { type Checkpoint, readCheckpoint } from "../../src/seal/checkpoint.js";
import { merkleRoot } from "../../src/seal/merkle.js";
import { checkProof, makeProof } from "../../src/seal/proof.js";
import { signContext } from "../../src/tenant-plane/context.js";
import { onTenantLogin } from "../support/bare-connection.js";
import { plant } from "../support/sample.js";
import { asForger, checkpointsOf, keysOf, linesOf, othersEnd, rehash, seal, verify, withLog } from "../support/sealed.js";
import { describeOnBothEngines, type TestTenant } from "../support/world.js";

/** Written again by somebody who has only the page docs/audit-format.md. */
function strangersHash(line: string): { readonly said: string; readonly made: string } {
  const text = `${line.slice(0, -85)}}`;
  const made = createHash("sha256")
    .update(Buffer.concat([Buffer.from([0]), Buffer.from(text, "utf8")]))
    .digest("hex");
  return { said: (JSON.parse(line) as { contentHash: string }).contentHash, made };
}

const NASTY = 'quotes " and \\ and \u0001\u007f\n\t, U+2028 \u2028, emoji 🙂, "contentHash" : "0"}';

describeOnBothEngines("a sealed log", (world, kind) => {
  let tenant: TestTenant;
  beforeAll(async () => {
    tenant = await world().newTenant();
    await plant(world(), tenant.id, "SEALED");
  });

  it("hashes each row, whichever way it came in, to what a stranger makes of its exported line", async () => {
    const db = world().db(tenant, NASTY.slice(0, 20).replace(/[^ -~]/g, ""));
    await db.document.create({ data: { number: "N-1", title: NASTY } });
    await db.document.update({ where: { number: "N-1" }, data: { title: "plain" } });
    await db.batch.create({ data: { number: "B-1", product: "x", quantity: "1000000.100", unit: "kg" } });
    await db.document.findMany();
    await db.$queryRaw`SELECT 1.10::numeric FROM tenant.batches`;
    await db.document.delete({ where: { number: "N-1" } });
    // By the superuser, past every function.
    await world().look(
      `INSERT INTO tenant.audit_log (account_id, actor, operation, subject, method, filter, content_hash)
       VALUES ($1, 'by hand', 'read', 'x', NULL, '{"b": 1.500, "a": 12345678901234567890}', '\\x00')`,
      tenant.id,
    );
    const lines = await linesOf(world(), tenant);
    expect(lines.length).toBeGreaterThan(30);
    for (const line of lines) {
      const { said, made } = strangersHash(line);
      expect(made, line).toBe(said);
    }
    expect(lines.join("\n")).toContain('{"a": 12345678901234567890, "b": 1.500}');
    expect(new Set(lines.map((line) => (JSON.parse(line) as { operation: string }).operation))).toEqual(
      new Set(["create", "read", "update", "delete"]),
    );
    for (const line of await linesOf(world(), null)) {
      const { said, made } = strangersHash(line);
      expect(made, line).toBe(said);
    }
  });

  it("takes no row without a hash: whoever takes the trigger away stops the log, and with it the writing", async () => {
    await world().look("ALTER TABLE tenant.audit_log DISABLE TRIGGER row_hash");
    try {
      await expect(plant(world(), tenant.id, "NOHASH")).rejects.toMatchObject({ code: "23502" });
    } finally {
      await world().look("ALTER TABLE tenant.audit_log ENABLE ALWAYS TRIGGER row_hash");
    }
  });

  it("is closed by checkpoints, each of the rows since the one before, and holds", async () => {
    const first = await seal(world(), tenant);
    expect(first).toMatchObject([{ log: tenant.id, sequence: 1, previousHash: null }]);
    await plant(world(), tenant.id, "SECOND");
    const second = await seal(world(), tenant);
    expect(second).toMatchObject([{ sequence: 2, previousHash: first[0]?.hash }]);
    expect(second[0]?.total).toBe((first[0]?.rows ?? 0) + (second[0]?.rows ?? 0));
    const verdict = await verify(world(), tenant);
    expect(verdict).toMatchObject({ checkpoints: 2, sealed: second[0]?.total, problems: [], untold: 0 });
    expect(verdict.rows - verdict.sealed).toBeGreaterThan(0); // that it was read, three times by now
    const [kept] = await world().look<{ leaves: Buffer; root: string }>(
      "SELECT leaves, encode(guard.merkle_root(leaves), 'hex') AS root FROM tenant.audit_checkpoints WHERE account_id = $1 AND sequence = 1",
      tenant.id,
    );
    expect(kept?.root).toBe(merkleRoot(Buffer.from(kept?.leaves ?? [])));
    expect(kept?.root).toBe(first[0]?.root);
  });

  it("of the control plane is sealed and holds too", async () => {
    await seal(world(), null);
    await world().newTenant();
    const [next] = await seal(world(), null);
    expect(next).toMatchObject({ log: "control-plane" });
    expect(await verify(world(), null)).toMatchObject({ sealed: next?.total, problems: [] });
  });

  it("with nothing new gets no checkpoint, and a dry run makes none", async () => {
    const other = await world().newTenant();
    await othersEnd(world());
    const [would] = await sealLog(world().control, { accountId: other.id, slug: other.slug, dryRun: true });
    // Signed, it would vouch for a history that isn't kept.
    expect(would).toMatchObject({ sequence: 1, signature: "" });
    expect(await checkpointsOf(world(), other)).toEqual([]);
    expect(await seal(world(), other)).toHaveLength(1);
    // What was read of it meanwhile is one row.
    expect((await seal(world(), other)).map(({ rows }) => rows)).toEqual([]);
    expect(await world().look("SELECT FROM guard.seals UNION ALL SELECT FROM guard.purges")).toEqual([]);
  });

  it("is sealed while the tenant is suspended", async () => {
    const other = await world().newTenant();
    await suspendTenant(world().control, { tenant: other.slug, reason: "x", readOnly: false, dryRun: false });
    expect(await seal(world(), other)).toHaveLength(1);
  });

  it("is sealed by the owner's login where there is no control plane", async () => {
    const other = await world().newTenant();
    const owner = await openControlPlane(world().engine, world().control.signingKey, { login: "owner" });
    try {
      await othersEnd(world());
      expect(await sealLog(owner, { accountId: other.id, slug: null, dryRun: false })).toHaveLength(1);
      expect((await sealLog(owner, { accountId: null, slug: null, dryRun: false })).length).toBeGreaterThan(0);
    } finally {
      await owner.client.$disconnect();
    }
    expect(await verify(world(), other)).toMatchObject({ problems: [] });
  });

  it("is signed only by who has the key, and only as the next checkpoint of that log", async () => {
    const other = await world().newTenant();
    const input = { accountId: other.id, slug: other.slug, dryRun: false };
    await expect(sealLog({ ...world().control, signingKey: undefined }, input)).rejects.toMatchObject({ code: "NOT_CONFIGURED" });
    const [first] = await seal(world(), other);
    await plant(world(), other.id, "MORE");
    const elsewhere = { ...(first as Checkpoint), hash: "00" };
    await expect(sealLog(world().control, { ...input, kept: elsewhere })).rejects.toMatchObject({ code: "VIOLATIONS" });
    const seen: number[] = [];
    await othersEnd(world());
    await sealLog(world().control, { ...input, kept: null, onCheckpoint: ({ sequence }) => seen.push(sequence) });
    expect(seen).toEqual([1, 2]);
    // A checkpoint that was opened and not signed is none.
    await plant(world(), other.id, "MORE-2");
    await world().control.client.$queryRaw`SELECT control.open_seal(${other.id}::uuid)`;
    expect(await checkpointsOf(world(), other)).toHaveLength(2);
    await expect(
      world().control.client.$queryRaw`SELECT FROM control.close_seal(${other.id}::uuid, ${world().prepared.signingKey.id}, 'x')`,
    ).rejects.toThrow(/has been opened/);
    expect(await seal(world(), other)).toMatchObject([{ sequence: 3 }]);
  });

  it("leaves its last checkpoint in the receipt of the purge", async () => {
    const other = await world().newTenant();
    const [last] = await seal(world(), other);
    const { receipt } = await purgeTenant(world().control, { tenant: other.slug, reason: "left", now: true });
    expect(receipt.auditCheckpoint).toBe(last?.hash);
    expect(receipt.counts["tenant.audit_checkpoints"]).toBe(1);
  });

  it("proves one row to whoever has the public key, and no other row", async () => {
    await withLog(world(), tenant, async (log) => {
      const [checkpoint] = (await checkpointsIn(log)).slice(0, 1);
      if (!checkpoint) throw new Error("There is no checkpoint.");
      const line = (await log.row(checkpoint.firstId)) ?? "";
      const leaves = await log.leaves(1);
      const proof = makeProof(line, { checkpoint, leaves: leaves ?? Buffer.alloc(0) });
      expect(checkProof(proof, keysOf(world()))).toEqual([]);
      const lied = { ...proof, line: line.replace('"operation" : "create"', '"operation" : "delete"') };
      expect(lied.line).not.toBe(line);
      expect(checkProof(lied, keysOf(world())).map(({ what }) => what)).toContain(
        "the row doesn't lead to the root that was signed",
      );
      expect(checkProof(proof, [])).not.toEqual([]);
      expect(checkProof({ ...proof, index: proof.index + 1 }, keysOf(world()))).not.toEqual([]);
    });
  });

  // The embedded engine has one session: no two transactions are open at once.
  it.runIf(kind === "server")("waits for nobody: rows of an open transaction are sealed when it has ended", async () => {
    const other = await world().newTenant();
    const token = () => signContext(world().contextKey, { accountId: other.id, actor: "slow" }, Date.now() / 1000 + 60);
    await onTenantLogin(world(), async (slow) => {
      await slow.query(world().engine.setContext, [token()]);
      await slow.query("INSERT INTO tenant.documents (number, title) VALUES ('SLOW', 'x')");
      await world()
        .db(other)
        .document.create({ data: { number: "FAST", title: "x" } });
      const sealed = await seal(world(), other);
      expect(sealed.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThan(10);
      await slow.query("INSERT INTO tenant.documents (number, title) VALUES ('SLOW-2', 'x')");
      expect(await verify(world(), other)).toMatchObject({ problems: [] });
    });
    const before = await verify(world(), other);
    expect(before.problems).toEqual([]);
    const after = await seal(world(), other);
    expect(after.reduce((sum, { rows }) => sum + rows, 0)).toBe(before.rows - before.sealed);
    expect(await verify(world(), other)).toMatchObject({ problems: [] });
  });

  it.runIf(kind === "server")("goes on after a move to another cluster, where transaction numbers start anew", async () => {
    const other = await world().newTenant();
    await seal(world(), other);
    // As they come from a cluster that had counted further: one row that was sealed there, by its numbers, and one that wasn't.
    await plant(world(), other.id, "MOVED");
    await world().look("ALTER TABLE tenant.audit_log DISABLE TRIGGER guard_update");
    await world().look(
      "UPDATE tenant.audit_log SET transaction_id = 9000000000 + transaction_id WHERE account_id = $1 AND transaction_id >= (SELECT max(transactions_below) FROM tenant.audit_checkpoints WHERE account_id = $1)",
      other.id,
    );
    await world().look("ALTER TABLE tenant.audit_log ENABLE ALWAYS TRIGGER guard_update");
    await rehashAll(other);
    expect((await seal(world(), other)).length).toBeGreaterThan(0);
    await plant(world(), other.id, "AFTER");
    expect((await seal(world(), other)).length).toBeGreaterThan(0);
    await plant(world(), other.id, "LATER");
    await seal(world(), other);
    const verdict = await verify(world(), other);
    expect(verdict.problems).toEqual([]);
    expect(verdict.rows - verdict.sealed).toBeLessThan(3);
  });

  async function rehashAll({ id }: TestTenant): Promise<void> {
    await asForger(world(), rehash(`account_id = '${id}'`));
  }

  async function checkpointsIn(log: Parameters<Parameters<typeof withLog>[2]>[0]) {
    return (await log.checkpoints()).flatMap((each) => readCheckpoint(each) ?? []);
  }
});
