import { createHash } from "node:crypto";
import { escapeLiteral } from "pg";
import { beforeAll, expect, it } from "vitest";
import { loadConfig } from "../../src/config.js";
import { checkChain, publishedKeys, readChain } from "../../src/control-plane/check-chain.js";
import { checkLinks } from "../../src/control-plane/check-links.js";
import type { ControlConnection } from "../../src/control-plane/connection.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { retainLog } from "../../src/control-plane/retain-log.js";
import { sealLog } from "../../src/control-plane/seal-log.js";
import { retireSigningKey } from "../../src/installation/keys/retire-signing-key.js";
import type { RotationStep } from "../../src/installation/keys/rotation.js";
import { trustedKeysOf } from "../../src/installation/open.js";
import { readHandover, trustedKeys } from "../../src/key-handover.js";
import { verifyLog } from "../../src/seal/verify-log.js";
import { parseSigningKey, publicKeyOf, type SigningKey, signText, type TrustedKey } from "../../src/signing.js";
import { age, sealAll, takeWhole, YEAR } from "../support/retained.js";
import { KeyFile } from "../support/rotating.js";
import { plant } from "../support/sample.js";
import { asForger, othersEnd, withLog } from "../support/sealed.js";
import { describeOnBothEngines, type TestTenant } from "../support/world.js";

describeOnBothEngines("a key that signs receipts", (world) => {
  let file: KeyFile;
  /** The first, the one that took its place, and so on. */
  const signers: SigningKey[] = [];
  const signer = () => parseSigningKey(file.content.signingKey.id, file.content.signingKey.privateKey);
  const trusted = () => trustedKeysOf(loadConfig({ AZORA_DATA_DIR: file.directory }));
  const [first, last] = [() => signers[0] as SigningKey, () => signers.at(-1) as SigningKey];
  const by = (signingKey: SigningKey): ControlConnection => ({ ...world().control, signingKey, trustedKeys: trusted() });

  beforeAll(() => {
    file = new KeyFile(world());
    signers.push(signer());
  });
  async function rotate(input: Parameters<KeyFile["rotate"]>[1] = {}) {
    const result = await file.rotate("signing", input);
    signers.push(signer());
    return result;
  }
  async function purge(key: SigningKey): Promise<void> {
    const { slug } = await world().newTenant();
    await purgeTenant(by(key), { tenant: slug, reason: "left", now: true });
  }
  async function seal(key: SigningKey, tenant: TestTenant): Promise<void> {
    await plant(world(), tenant.id, "MORE");
    await othersEnd(world());
    await sealLog(by(key), { accountId: tenant.id, slug: tenant.slug, dryRun: false });
  }
  const receiptProblems = async (keys: readonly TrustedKey[]) =>
    (await checkChain(world().control, { keys, others: [] })).problems;
  const sealProblems = async (tenant: TestTenant, keys: readonly TrustedKey[]) =>
    (await withLog(world(), tenant, (log) => verifyLog(log, { keys, kept: [] }))).problems.map(({ what }) => what).join("\n");

  it("hands over to the next: one chain, which holds by either key and not by the old one alone", async () => {
    const tenant = await world().newTenant();
    await purge(first());
    await seal(first(), tenant);
    const { handovers } = await rotate({ endsAfter: 3600 });
    await purge(last());
    await seal(last(), tenant);
    // Who hasn't got the new one yet goes on with the old one until its end.
    await purge(first());
    const known = [trusted(), await publishedKeys(world().control), trustedKeys([publicKeyOf(first())], handovers)];
    for (const keys of known) {
      expect(await receiptProblems(keys)).toEqual([]);
      expect(await sealProblems(tenant, keys)).toBe("");
    }
    // Red without the other key, whichever it is.
    for (const alone of [first(), last()]) {
      expect(await receiptProblems([publicKeyOf(alone)])).not.toEqual([]);
      expect(await sealProblems(tenant, [publicKeyOf(alone)])).toMatch(/known key/);
    }
    const lines = await world().look("SELECT action FROM control.admin_audit_log WHERE command = 'key:rotate' ORDER BY id");
    expect(lines).toEqual([{ action: "settings.insert" }, { action: "key_handovers.insert" }]);
    expect(JSON.stringify(file.content)).not.toContain(world().prepared.signingKey.privateKey.slice(40, 60));
  });

  it("signs nothing more from its end on: no receipt, no checkpoint, and nothing is done without one", async () => {
    const old = last();
    const tenant = await world().newTenant();
    await seal(old, tenant);
    await rotate({ endsAfter: 0 });
    const refused = { code: "CONFLICT", message: expect.stringContaining(`${old.id} signs nothing more`) };
    await expect(purge(old)).rejects.toMatchObject(refused);
    await expect(seal(old, tenant)).rejects.toMatchObject(refused);
    await seal(last(), tenant);
    await purge(last());
    expect(await receiptProblems(await publishedKeys(world().control))).toEqual([]);
  });

  it("has what it signs by force found, also under an earlier date", async () => {
    const [old, tenant] = [last(), await world().newTenant()];
    await seal(old, tenant);
    await rotate({ endsAfter: 0 });
    await seal(last(), tenant);
    await seal(last(), tenant);
    const [row] = await world().look<{ payload: string }>(
      "SELECT payload FROM tenant.audit_checkpoints WHERE account_id = $1 AND sequence = 3",
      tenant.id,
    );
    const forge = async (payload: string, key: SigningKey) => {
      const hash = createHash("sha256").update(payload, "utf8").digest("hex");
      await asForger(
        world(),
        `UPDATE tenant.audit_checkpoints SET payload = ${escapeLiteral(payload)}, hash = '${hash}', signature = '${signText(payload, key)}'
         WHERE account_id = '${tenant.id}' AND sequence = 3`,
      );
    };
    const said = JSON.parse(row?.payload ?? "") as { sealedAt: string };
    for (const payload of [row?.payload ?? "", JSON.stringify({ ...said, sealedAt: "2020-01-01T00:00:00.000000Z" })]) {
      await forge(payload, old);
      expect(await sealProblems(tenant, trusted())).toMatch(/retired by then/);
      // The end is what finds it: without one the key would be as good as the others.
      expect(await sealProblems(tenant, signers.map(publicKeyOf))).toBe("");
    }
    await forge(row?.payload ?? "", last());
    expect(await sealProblems(tenant, trusted())).toBe("");

    // One of its own stands between the old key's last receipt and the one that is forged.
    await purge(last());
    await purge(last());
    const [links, keys] = [await readChain(world().control), trusted()];
    const newest = links.at(-1) ?? links[0];
    const receipt = { ...JSON.parse(newest?.payload ?? "{}"), purgedAt: "2020-01-01T00:00:00+00:00" };
    const text = JSON.stringify(receipt);
    const forged = {
      payload: text,
      hash: createHash("sha256").update(text).digest("hex"),
      keyId: first().id,
      signature: signText(text, old),
    };
    const chain = [...links.slice(0, -1), forged];
    expect(JSON.stringify(checkLinks({ links: chain, keys, whole: true }).problems)).toMatch(/retired by then/);
    expect(checkLinks({ links: chain, keys: signers.map(publicKeyOf), whole: true }).problems).toEqual([]);
  });

  it.each<RotationStep>([
    "written down",
    "in the database",
    "in use",
  ])("is replaced in the end when a run stops behind the step: %s", async (at) => {
    const onStep = (step: RotationStep) => {
      if (step === at) throw new Error("stopped");
    };
    const before = file.content.signingKey.id;
    await expect(file.rotate("signing", { onStep })).rejects.toThrow("stopped");
    // Whoever signs by the file as it is now can.
    await purge(signer());
    if (at === "in use") {
      signers.push(signer());
      expect(file.content.nextSigningKey).toBeUndefined();
    } else {
      const pending = file.content.nextSigningKey?.id;
      expect(await rotate()).toMatchObject({ newKey: pending, resumed: true });
    }
    expect(last().id).not.toBe(before);
    const [given] = await world().look<{ n: string }>(
      "SELECT count(*) AS n FROM control.key_handovers WHERE old_key = $1",
      before,
    );
    expect(given?.n).toBe("1");
    expect(await receiptProblems(trusted())).toEqual([]);
    expect(file.content.handovers?.length).toBe(signers.length - 1);
  });

  it("that somebody else may have vouches for nobody, and ends with all before it", async () => {
    const old = last();
    const [open] = trusted().filter((key) => typeof key !== "string" && Date.parse(key.until) > Date.now());
    expect(open).toBeDefined();
    const { handovers } = await rotate({ compromised: true, endsAfter: 0 });
    expect(trustedKeys([publicKeyOf(old)], handovers)).toEqual([publicKeyOf(old)]);
    const ends = trusted().map((key) => (typeof key === "string" ? key : Date.parse(key.until) <= Date.now()));
    expect(ends).toEqual(expect.arrayContaining([publicKeyOf(last()), true]));
    expect(ends).not.toContain(false);
    expect(await receiptProblems(trusted())).toEqual([]);
  });

  it("that was replaced can be ended before its time, and the one in use can't", async () => {
    const old = last();
    await rotate({ endsAfter: 3600 });
    const end = (id: string) => file.locked((ground) => retireSigningKey(ground, id, { dryRun: false, compromised: false }));
    await expect(end(last().id)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(end("nobody")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await purge(old);
    expect(await end(old.id)).toMatchObject({ changed: true });
    await expect(purge(old)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await end(old.id)).toMatchObject({ changed: false });
    expect(await receiptProblems(trusted())).toEqual([]);
    expect(file.content.handovers?.map((record) => readHandover(record, "x").kind)).toContain("key-retirement");
  });

  it("leaves old checkpoints to a retention by the next, which has to know that they are its own", async () => {
    const tenant = await world().newTenant();
    await plant(world(), tenant.id, "OLD");
    world().control = by(last());
    await sealAll(world(), tenant);
    await age(world(), tenant, { key: last() });
    await takeWhole(world(), tenant);
    await rotate({ endsAfter: 0 });
    const retain = (connection: ControlConnection) =>
      retainLog(connection, { accountId: tenant.id, slug: tenant.slug, olderThanSeconds: YEAR, dryRun: false });
    await expect(retain({ ...by(last()), trustedKeys: [publicKeyOf(last())] })).rejects.toMatchObject({ code: "VIOLATIONS" });
    expect(await retain(by(last()))).toMatchObject([{ keyId: last().id }]);
    expect(await sealProblems(tenant, trusted())).toBe("");
  });
});
