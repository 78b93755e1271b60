import { beforeAll, describe, expect, it } from "vitest";
import { checkChain, publishedKeys, readChain } from "../../src/control-plane/check-chain.js";
import type { ChainProblem } from "../../src/control-plane/check-links.js";
import { completeReceipt } from "../../src/control-plane/complete-receipt.js";
import type { ControlConnection } from "../../src/control-plane/connection.js";
import { exportChain } from "../../src/control-plane/export-receipts.js";
import type { OutsideStore, Removal, StoreEntry } from "../../src/control-plane/outside-stores.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { findReceipt, listReceipts } from "../../src/control-plane/read-receipts.js";
import type { Link, Receipt } from "../../src/control-plane/receipt.js";
import { checkReceiptFile, readReceiptFile, writeReceipt } from "../../src/control-plane/receipt-file.js";
import { makeSigningKey, parseSigningKey, publicKeyOf, type SigningKey } from "../../src/signing.js";
import { VERSION } from "../../src/version.js";
import { OPERATORS } from "../support/prepare.js";
import { describeOnBothEngines, type TestTenant, type World } from "../support/world.js";

/** A store that does what it is told; each tenant there is called by its id. */
class FakeStore implements OutsideStore {
  readonly name = "stripe";
  readonly removed: string[] = [];
  failure: Error | null = null;
  /** Called at the removal, before anything is deleted here. */
  onRemove: () => Promise<void> = async () => undefined;

  async find(_db: unknown, accountId: string): Promise<StoreEntry> {
    return { reference: accountId === NOT_THERE.id ? null : `cus_${accountId.slice(0, 8)}` };
  }

  async remove({ reference }: Removal): Promise<void> {
    await this.onRemove();
    if (this.failure) throw this.failure;
    this.removed.push(reference ?? "");
  }
}

/** A tenant that the store has never heard of. */
const NOT_THERE = { id: "" };

describeOnBothEngines("a receipt", (world, kind) => {
  const control = (store?: OutsideStore): ControlConnection => ({ ...world().control, outsideStores: store ? [store] : [] });
  const keyOf = (): SigningKey => world().control.signingKey as SigningKey;
  const publicKey = () => publicKeyOf(keyOf());
  async function purged(connection = control(), tenant?: TestTenant): Promise<Receipt> {
    const { slug } = tenant ?? (await world().newTenant());
    return (await purgeTenant(connection, { tenant: slug, reason: "contract ended", now: true })).receipt;
  }
  const check = async (others: readonly Link[] = []) => checkChain(world().control, { keys: [publicKey()], others });
  const said = (problems: readonly ChainProblem[]) =>
    problems.map(({ sequence, what }) => `${sequence ?? "-"}: ${what}`).join("\n");

  /** Does something that only who may change the schema can, looks, and undoes it. */
  async function tampered(sql: string, look: () => Promise<void>): Promise<void> {
    const triggers = (state: string) =>
      ["purge_receipts", "receipt_addenda"].map((table) => `ALTER TABLE control.${table} ${state} TRIGGER USER;`).join(" ");
    const before = await world().look("SELECT to_jsonb(r) AS row FROM control.purge_receipts r ORDER BY sequence");
    await world().look(`${triggers("DISABLE")} ${sql};`);
    try {
      await look();
    } finally {
      const rows = JSON.stringify(before.map(({ row }) => row));
      await world().look(`ALTER TABLE control.receipt_addenda DROP CONSTRAINT IF EXISTS receipt_addenda_receipt_sequence_fkey;
        DELETE FROM control.purge_receipts;
        INSERT INTO control.purge_receipts SELECT * FROM jsonb_populate_recordset(NULL::control.purge_receipts, '${rows.replaceAll("'", "''")}');
        ALTER TABLE control.receipt_addenda ADD CONSTRAINT receipt_addenda_receipt_sequence_fkey
          FOREIGN KEY (receipt_sequence) REFERENCES control.purge_receipts (sequence) ON DELETE RESTRICT;`);
      await world().look(
        `ALTER TABLE control.purge_receipts ENABLE TRIGGER USER; ALTER TABLE control.receipt_addenda ENABLE TRIGGER USER;`,
      );
    }
  }

  it("says who, why, when, what and by which azora, and nothing of the customer", async () => {
    await world().look("INSERT INTO control.settings (key, value) VALUES ('purge.backup_days', '35')");
    const { id } = await world().newTenant("leaver");
    await world().look("UPDATE control.accounts SET name = 'Jane Doe', contact_email = 'jane@doe.test' WHERE id = $1", id);
    const receipt = await purged(control(), { id, slug: "leaver", marker: "" });
    const day = 86_400_000;
    expect(receipt).toMatchObject({
      slug: "leaver",
      accountId: id,
      reason: "contract ended",
      requestedBy: OPERATORS["vendor-admin"],
      requestedAt: null,
      approvedBy: [],
      operator: OPERATORS["vendor-admin"],
      unread: [],
      outsideStores: [{ name: "stripe", state: "not configured", reference: null }],
      lastAudit: { id: expect.any(String), occurredAt: expect.any(String) },
      auditCheckpoint: null,
      toolVersion: VERSION,
      complete: true,
      addenda: [],
    });
    expect(receipt.schema).toMatch(/^[0-9a-f]{64}$/);
    expect(receipt.purgedAt.getTime()).toBeGreaterThanOrEqual(receipt.startedAt.getTime());
    expect(receipt.backupsUntil?.getTime()).toBe(receipt.purgedAt.getTime() + 35 * day);
    for (const theirs of ["Jane", "doe.test"]) expect(receipt.payload).not.toContain(theirs);
    expect(await findReceipt(world().control, "leaver")).toEqual(receipt);
    expect(await findReceipt(world().control, id)).toEqual(receipt);
    expect(await findReceipt(world().control, String(receipt.sequence))).toEqual(receipt);
  });

  it("is listed page by page", async () => {
    for (let i = 0; i < 3; i++) await purged();
    const all = await listReceipts(world().control);
    const first = await listReceipts(world().control, { limit: 2 });
    const second = await listReceipts(world().control, { limit: 2, before: first.next ?? 0 });
    expect(first.total).toBe(all.total);
    expect([...first.receipts, ...second.receipts]).toEqual(all.receipts.slice(0, 4));
  });

  describe("in the chain", () => {
    beforeAll(async () => {
      for (let i = 0; i < 3; i++) await purged();
    });

    it("holds, in the database and in a file that needs none", async () => {
      const found = await check();
      expect(found.problems).toEqual([]);
      expect(found.last).toBe(found.receipts + found.addenda);
      expect(await publishedKeys(world().control)).toContain(publicKey());
      const { text, links } = await exportChain(world().control);
      const file = readReceiptFile(text, "chain.json");
      expect(checkReceiptFile(file, [publicKey()])).toMatchObject({ problems: [], first: 1, last: links });
      expect((await check(file.links)).problems).toEqual([]);
      const stranger = publicKeyOf(parseSigningKey("x", makeSigningKey()));
      expect(checkReceiptFile(file, [stranger]).problems).toHaveLength(links + 1);
      expect(checkReceiptFile(file, [stranger, publicKey()]).problems).toEqual([]);
    });

    it("is found when it was changed in a file, removed, reordered, or cut off", async () => {
      const { text } = await exportChain(world().control);
      const chain = readReceiptFile(text, "chain.json");
      const { links } = chain;
      const last = links.length;
      const keys = [publicKey()];
      const problems = (changed: readonly Link[], head = chain.head) =>
        said(checkReceiptFile({ format: 1, head, links: changed }, keys).problems);
      const changed = links.map((link, at) =>
        at === 1 ? { ...link, payload: link.payload.replace("contract ended", "contract Ended") } : link,
      );
      expect(problems(changed)).toMatch(/^2: its hash.*\n2: its signature/);
      expect(problems(links.filter((_, at) => at !== 1))).toContain("2 is missing");
      expect(problems([links[1], links[0], ...links.slice(2)] as Link[])).toContain("1: it stands behind 2");
      expect(problems(links.slice(0, -1))).toContain(
        `it ended with ${last} when it was exported, and ends with ${last - 1} here`,
      );
      expect(problems(links.slice(1))).toContain("1 is missing");
      expect(problems([...links, links.at(-1) as Link])).toContain(`${last}: it stands behind ${last}`);
      // The head of another chain, or one that somebody wrote: neither is a word of the key's owner.
      const head = { ...(chain.head as NonNullable<typeof chain.head>) };
      expect(
        problems(links.slice(0, -1), { ...head, payload: head.payload.replace(`"last":${last}`, `"last":${last - 1}`) }),
      ).toContain("nobody known signed how long");
      // Links that are all in themselves right, put together from two chains.
      const { hash } = links[0] as Link;
      const forged = { ...(links[0] as Link), hash: hash.replace(/^./, (c) => (c === "0" ? "1" : "0")) };
      expect(problems([forged, ...links.slice(1)])).toMatch(/1: its hash[\s\S]*2: it doesn't follow 1/);
    });

    it("is found when the database was altered past its triggers", async () => {
      const { receipts } = await listReceipts(world().control, { limit: 3 });
      const [newest, middle, oldest] = receipts.map(({ sequence }) => sequence) as [number, number, number];
      await tampered(
        `UPDATE control.purge_receipts SET payload = replace(payload, 'ended', 'Ended') WHERE sequence = ${middle}`,
        async () => {
          expect(said((await check()).problems)).toContain(`${middle}: its signature`);
        },
      );
      // The text and the hash together: then the next one doesn't follow it.
      await tampered(
        `UPDATE control.purge_receipts SET payload = replace(payload, 'ended', 'Ended'),
           hash = encode(sha256(convert_to(replace(payload, 'ended', 'Ended'), 'UTF8')), 'hex') WHERE sequence = ${middle}`,
        async () => {
          expect(said((await check()).problems)).toContain(`${newest}: it doesn't follow ${middle}`);
        },
      );
      await tampered(`UPDATE control.purge_receipts SET account_slug = 'other' WHERE sequence = ${middle}`, async () => {
        expect(said((await check()).problems)).toBe(`${middle}: it is filed under something else than it says`);
      });
      await tampered(`DELETE FROM control.purge_receipts WHERE sequence = ${middle}`, async () => {
        expect(said((await check()).problems)).toMatch(new RegExp(`- ?: ${middle} is missing`));
      });
      await tampered(
        `UPDATE control.purge_receipts SET sequence = -sequence WHERE sequence IN (${middle}, ${oldest});
         UPDATE control.purge_receipts SET sequence = CASE -sequence WHEN ${middle} THEN ${oldest} ELSE ${middle} END WHERE sequence < 0`,
        async () => {
          expect(said((await check()).problems)).toContain(`${oldest}: it stands behind ${middle}`);
        },
      );
      const kept = receipts[0] as Receipt;
      await tampered(`DELETE FROM control.purge_receipts WHERE sequence = ${newest}`, async () => {
        const text = said((await check([kept])).problems);
        expect(text).toContain(`the purge of account ${kept.accountId}`);
        expect(text).toContain(`${newest}: the one in the file isn't in the database`);
      });
      expect((await check([kept])).problems).toEqual([]);
    });

    it("that nobody signed is found", async () => {
      const { id } = await world().newTenant();
      await world().look("DELETE FROM control.accounts WHERE id = $1", id);
      const receipt = await findReceipt(world().control, id);
      expect(receipt).toMatchObject({ signature: null, outsideStores: null, complete: false });
      expect(said((await check()).problems)).toBe(
        `${receipt.sequence}: nobody signed it: the account was deleted by hand, by the database's administrator`,
      );
      // So that the tests after this one have a chain that holds.
      const { signText } = await import("../../src/signing.js");
      await world().look(
        "SELECT control.sign_receipt($1, $2, $3)",
        receipt.sequence,
        keyOf().id,
        signText(receipt.payload, keyOf()),
      );
      expect((await check()).problems).toEqual([]);
    });
  });

  describe("of a tenant that an outside store knows", () => {
    it("says done, and nothing was deleted before the store had done its part", async () => {
      const store = new FakeStore();
      const tenant = await world().newTenant();
      let rows = -1;
      // The embedded engine has one session, and that is the purge's.
      if (kind === "server") {
        store.onRemove = async () => {
          const [{ n }] = (await world().look<{ n: number }>(
            "SELECT count(*)::int AS n FROM tenant.users WHERE account_id = $1",
            tenant.id,
          )) as [{ n: number }];
          rows = n;
        };
      }
      const receipt = await purged(control(store), tenant);
      const reference = `cus_${tenant.id.slice(0, 8)}`;
      expect(store.removed).toEqual([reference]);
      expect(receipt).toMatchObject({ complete: true, outsideStores: [{ name: "stripe", state: "done", reference }] });
      if (kind === "server") expect(rows).toBe(1);
    });

    it("isn't asked to remove anything of a purge that is refused, or of a tenant it doesn't have", async () => {
      const store = new FakeStore();
      const held = await world().newTenant();
      await world().look("SELECT control.hold_account($1, 'court')", held.id);
      await expect(purged(control(store), held)).rejects.toMatchObject({ code: "LEGAL_HOLD" });
      const tenant = await world().newTenant();
      NOT_THERE.id = tenant.id;
      expect(await purged(control(store), tenant)).toMatchObject({
        complete: true,
        outsideStores: [{ state: "done", reference: null }],
      });
      expect(store.removed).toEqual([]);
    });

    it("is pending when the store fails, until a signed addendum says otherwise; the receipt stays as it was", async () => {
      const store = new FakeStore();
      store.failure = new Error("503");
      const tenant = await world().newTenant();
      const pending: string[] = [];
      const { receipt } = await purgeTenant(control(store), {
        ...{ tenant: tenant.slug, reason: null, now: true },
        onPending: (name, error) => pending.push(`${name}: ${(error as Error).message}`),
      });
      expect(pending).toEqual(["stripe: 503"]);
      const reference = `cus_${tenant.id.slice(0, 8)}`;
      expect(receipt).toMatchObject({ complete: false, pending: ["stripe"], outsideStores: [{ state: "pending", reference }] });
      const number = { receipt: String(receipt.sequence), dryRun: false };

      await expect(completeReceipt(control(), number)).rejects.toMatchObject({ code: "NOT_CONFIGURED" });
      await expect(completeReceipt(control(store), number)).rejects.toMatchObject({ code: "UNREACHABLE" });
      expect(await completeReceipt(control(store), { ...number, dryRun: true })).toMatchObject({
        completed: ["stripe"],
        receipt: { complete: false },
      });
      store.failure = null;
      const done = await completeReceipt(control(store), number);
      expect(store.removed).toEqual([reference]);
      expect(done).toMatchObject({ completed: ["stripe"], receipt: { complete: true, pending: [] } });
      expect(done.receipt.addenda).toMatchObject([
        { store: "stripe", reference, how: "removed", operator: OPERATORS["vendor-admin"], keyId: keyOf().id },
      ]);
      expect(done.receipt).toMatchObject({ payload: receipt.payload, signature: receipt.signature });
      expect(await completeReceipt(control(store), number)).toMatchObject({ completed: [] });
      expect(await world().look("SELECT operator FROM control.admin_audit_log WHERE action = 'receipt_addenda.insert'")).toEqual([
        { operator: OPERATORS["vendor-admin"] },
      ]);

      expect((await check()).problems).toEqual([]);
      const file = readReceiptFile(writeReceipt([done.receipt, ...done.receipt.addenda]), "receipt.json");
      expect(checkReceiptFile(file, [publicKey()])).toMatchObject({ problems: [], receipts: 1, addenda: 1 });
      const other = (await listReceipts(world().control, { limit: 50 })).receipts.at(-1) as Receipt;
      expect(said(checkReceiptFile({ ...file, links: [other, ...done.receipt.addenda] }, [publicKey()]).problems)).toContain(
        "is another one or isn't here",
      );
    });

    it("is completed by hand with a reason, once, and by a signed word alone", async () => {
      const store = new FakeStore();
      store.failure = new Error("gone");
      const { sequence } = await purged(control(store));
      const number = { receipt: String(sequence), dryRun: false };
      await expect(completeReceipt(control(), { ...number, store: "mailer" })).rejects.toMatchObject({ code: "NOT_FOUND" });
      const pool = await world().engine.pool("control");
      const call = "SELECT FROM control.complete_store($1, $2, $3, $4, 'x')";
      await expect(pool.query(call, [sequence, "stripe", "removed", null])).rejects.toMatchObject({ code: "AZ012" });
      await expect(pool.query(call, [sequence, "stripe", "stated", " "])).rejects.toMatchObject({ code: "AZ013" });
      await expect(pool.query(call, [sequence, "mailer", "removed", null])).rejects.toMatchObject({ code: "AZ007" });
      await expect(pool.query(call, [999_999, "stripe", "removed", null])).rejects.toMatchObject({ code: "AZ010" });
      const { receipt } = await completeReceipt(control(), { ...number, store: "stripe", stated: "dashboard, ticket 4711" });
      expect(receipt).toMatchObject({ complete: true, addenda: [{ how: "stated", note: "dashboard, ticket 4711" }] });
      await expect(pool.query(call, [sequence, "stripe", "removed", null])).rejects.toMatchObject({ code: "AZ011" });
      const addendum = receipt.addenda[0]?.sequence;
      for (const sql of [
        "UPDATE control.receipt_addenda SET store = 'x'",
        "DELETE FROM control.receipt_addenda",
        "TRUNCATE control.receipt_addenda",
      ]) {
        await expect(world().look(sql), sql).rejects.toMatchObject({ code: "42501" });
      }
      await expect(world().look("SELECT control.sign_receipt($1, $2, 'again')", addendum, keyOf().id)).rejects.toMatchObject({
        code: "AZ012",
      });
      expect((await readChain(world().control)).at(-1)).toMatchObject({ keyId: keyOf().id });
    });

    it("takes no key that isn't published, and no state that it doesn't know", async () => {
      const stranger: World["control"] = { ...world().control, signingKey: parseSigningKey("sig-unknown", makeSigningKey()) };
      const tenant = await world().newTenant();
      await expect(purged(stranger, tenant)).rejects.toMatchObject({
        code: "CONFLICT",
        message: expect.stringContaining("not published"),
      });
      const client = await (await world().engine.pool("control")).connect();
      await client.query("BEGIN");
      await client.query("SELECT control.open_purge($1, 'x', true)", [tenant.id]);
      await expect(
        client.query(`SELECT control.close_purge($1, 'x', '[{"name": "stripe", "state": "probably"}]')`, [tenant.id]),
      ).rejects.toMatchObject({ code: "AZ013" });
      await client.query("ROLLBACK");
      client.release();
      expect(await purged(control(), tenant)).toMatchObject({ complete: true });
    });
  });
});
