import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type EnforceOptions, enforceBilling } from "../../src/billing/enforcement/enforce-billing.js";
import { pullEvents } from "../../src/billing/events/pull-events.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { resumeTenant } from "../../src/control-plane/resume-tenant.js";
import { schedulePurge } from "../../src/control-plane/schedule-purge.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import { describeOnBothEngines } from "../support/world.js";
import { Billed, type BilledTenant, fresh } from "./billed.js";
import { differences } from "./differences.js";

/** What becomes of a tenant that doesn't pay, step by step, and what never becomes of it. */

describeOnBothEngines("non-payment", (world) => {
  let billed: Billed;
  let tenant: BilledTenant;
  beforeAll(async () => {
    billed = await Billed.open(world());
  });
  beforeEach(async () => {
    await world().as("vendor-admin");
    tenant = await billed.add(fresh());
  });
  afterAll(() => billed.close());

  const enforce = (options: Partial<EnforceOptions> = {}) =>
    enforceBilling(billed.billing(), { dryRun: false, max: 1000, ...options });
  const pull = () => pullEvents(billed.billing(), { dryRun: false });
  const state = async (of = tenant) => {
    const { status, suspension, suspension_cause: cause } = await billed.account(of);
    return { status, suspension, cause };
  };
  const ACTIVE = { status: "active", suspension: null, cause: null };
  const READ_ONLY = { status: "suspended", suspension: "read_only", cause: "nonpayment" };
  const SUSPENDED = { status: "suspended", suspension: "full", cause: "nonpayment" };
  const stepsOf = ({ steps }: Awaited<ReturnType<typeof enforce>>) =>
    steps.filter(({ slug }) => slug === tenant.slug).map(({ step }) => step);

  async function fall(of = tenant): Promise<void> {
    await billed.fallBehind(of);
    await pull();
  }
  /** As far as reading only, or to the end. */
  async function stop(how: "read-only" | "suspend"): Promise<void> {
    await fall();
    await enforce();
    await billed.passHere(15);
    await enforce();
    if (how === "read-only") return;
    await billed.passHere(15);
    await enforce();
  }

  it("gets time, then reading only, then nothing, and then stays so: by the role billing", async () => {
    await fall();
    await world().as("billing");
    expect(stepsOf(await enforce())).toEqual(["grace"]);
    expect(stepsOf(await enforce())).toEqual([]);
    await billed.passHere(13);
    expect(stepsOf(await enforce())).toEqual([]);
    expect(await state()).toEqual(ACTIVE);
    await billed.passHere(1);
    expect(stepsOf(await enforce())).toEqual(["read-only"]);
    expect(await state()).toEqual(READ_ONLY);
    expect((await billed.account(tenant)).suspension_reason).toMatch(/^not paid since \d{4}-\d{2}-\d{2}$/);
    expect(stepsOf(await enforce())).toEqual([]);
    await billed.passHere(14);
    expect(stepsOf(await enforce())).toEqual(["suspend"]);
    expect(await state()).toEqual(SUSPENDED);
    await billed.passHere(1000);
    expect(stepsOf(await enforce())).toEqual([]);
    expect(await state()).toEqual(SUSPENDED);
  });

  it("takes as long as the settings say", async () => {
    await world().look(
      `INSERT INTO control.settings (key, value) VALUES ('billing.grace_days', '2'), ('billing.read_only_days', '0')`,
    );
    try {
      await fall();
      await enforce();
      await billed.passHere(2);
      expect(stepsOf(await enforce())).toEqual(["read-only"]);
      expect(stepsOf(await enforce())).toEqual(["suspend"]);
    } finally {
      await world().look("DELETE FROM control.settings WHERE key LIKE 'billing.%'");
    }
  });

  it("changes nothing in a dry run, which lists who is due", async () => {
    await fall();
    await enforce();
    await billed.passHere(14);
    const lines = () => world().look("SELECT * FROM control.admin_audit_log");
    const before = [await billed.account(tenant), (await lines()).length];
    expect(stepsOf(await enforce({ dryRun: true }))).toEqual(["read-only"]);
    expect([await billed.account(tenant), (await lines()).length]).toEqual(before);
  });

  describe("ends with a payment", () => {
    it.each(["read-only", "suspend"] as const)("that an event tells of, from %s", async (how) => {
      await stop(how);
      await world().as("billing");
      await billed.setCard(tenant, true);
      await billed.payAll(tenant.subscription);
      await pull();
      expect(await state()).toEqual(ACTIVE);
      const [line] = await world().look(
        "SELECT action, reason, operator FROM control.admin_audit_log WHERE account_id = $1 ORDER BY id DESC LIMIT 1",
        tenant.accountId,
      );
      expect(line).toMatchObject({ action: expect.stringMatching(/resume|subscriptions/) });
      expect(
        await world().look(
          "SELECT FROM control.admin_audit_log WHERE account_id = $1 AND action = 'tenant.resume' AND reason = 'paid'",
          tenant.accountId,
        ),
      ).toHaveLength(1);
    });

    it("that nobody told of, before the next step is taken", async () => {
      await stop("read-only");
      await billed.passHere(20);
      await billed.setCard(tenant, true);
      await billed.payAll(tenant.subscription);
      const result = await enforce();
      expect(stepsOf(result)).toEqual([]);
      expect(result.paid).toContain(tenant.slug);
      expect(await state()).toEqual(ACTIVE);
      expect(await differences(billed)).toEqual([]);
    });

    it("but not what an operator has suspended", async () => {
      await stop("read-only");
      await suspendTenant(world().control, { tenant: tenant.slug, reason: "abuse", readOnly: false, dryRun: false });
      await billed.setCard(tenant, true);
      await billed.payAll(tenant.subscription);
      await pull();
      expect(await state()).toEqual({ status: "suspended", suspension: "full", cause: "operator" });
    });

    it("nor what somebody has suspended for a debt that Stripe knows nothing of", async () => {
      const nonpayment = { tenant: tenant.slug, reason: "paper invoice", readOnly: false, forNonpayment: true, dryRun: false };
      await suspendTenant(world().control, nonpayment);
      billed.pass(32);
      await pull();
      await enforce();
      expect(await state()).toEqual(SUSPENDED);
      await resumeTenant(world().control, { tenant: tenant.slug, fromNonpayment: true, dryRun: false });
    });
  });

  it("goes on when Stripe has given the subscription up, and not when its customer has", async () => {
    const leaving = await billed.add(fresh());
    billed.running.control.settings({ afterLastRetry: "canceled" });
    try {
      await fall();
      billed.pass(20);
      await billed.api.subscriptions.cancel(leaving.subscription);
      await pull();
      expect(await world().look("SELECT status FROM control.subscriptions WHERE account_id = $1", tenant.accountId)).toEqual([
        { status: "canceled" },
      ]);
      const result = await enforce();
      expect(stepsOf(result)).toEqual(["grace"]);
      expect(JSON.stringify(result)).not.toContain(leaving.slug);
    } finally {
      billed.running.control.settings({ afterLastRetry: "past_due" });
    }
  });

  it("doesn't reach what an operator has suspended", async () => {
    await suspendTenant(world().control, { tenant: tenant.slug, reason: "abuse", readOnly: true, dryRun: false });
    await fall();
    await billed.passHere(100);
    expect(stepsOf(await enforce())).toEqual([]);
    expect(await state()).toEqual({ status: "suspended", suspension: "read_only", cause: "operator" });
    const direct = world().look(
      "SELECT control.enforce_nonpayment(false, $1, step) AS done FROM unnest('{grace,read-only,suspend}'::text[]) step",
      tenant.accountId,
    );
    expect(await direct).toEqual([{ done: false }, { done: false }, { done: false }]);
  });

  it("is believed to Stripe's face only: without having asked, the database stops nobody", async () => {
    await fall();
    await enforce();
    await billed.passHere(14);
    const take = () => world().look("SELECT control.enforce_nonpayment(false, $1, 'read-only') AS done", tenant.accountId);
    await world().look(
      "UPDATE control.subscriptions SET seen_at = clock_timestamp() - interval '1 hour' WHERE account_id = $1",
      tenant.accountId,
    );
    expect(await take()).toEqual([{ done: false }]);
    await world().look("UPDATE control.subscriptions SET seen_at = clock_timestamp() WHERE account_id = $1", tenant.accountId);
    expect(await take()).toEqual([{ done: true }]);
  });

  it("stops nobody while Stripe can't be reached", async () => {
    await fall();
    await enforce();
    await billed.passHere(14);
    billed.running.control.fault({ kind: "drop", times: 100 });
    await expect(enforce()).rejects.toMatchObject({ code: "UNREACHABLE", message: expect.stringContaining("no money moved") });
    billed.running.control.clearFaults();
    expect(await state()).toEqual(ACTIVE);
  });

  it("of more tenants than one run may stop stops none", async () => {
    const others = [tenant, await billed.add(fresh()), await billed.add(fresh())];
    for (const each of others) await billed.setCard(each, false);
    billed.pass(32);
    await pull();
    await enforce();
    await billed.passHere(14);
    const result = await enforce({ max: 2 });
    expect(result.tooMany).toBe(true);
    expect(result.steps.length).toBeGreaterThanOrEqual(3);
    for (const each of others) expect(await state(each)).toEqual(ACTIVE);
    expect((await enforce({ max: 50 })).tooMany).toBe(false);
    for (const each of others) expect(await state(each)).toEqual(READ_ONLY);
  });

  it("never ends in a purge without somebody who wants it for a reason", async () => {
    await stop("suspend");
    const purge = { tenant: tenant.slug, reason: "unpaid", dryRun: false };
    const refused = { code: "ILLEGAL_STEP", message: expect.stringContaining("non-payment") };
    await expect(schedulePurge(world().control, { ...purge, afterSeconds: 0 })).rejects.toMatchObject(refused);
    await expect(purgeTenant(world().control, { ...purge, now: true })).rejects.toMatchObject(refused);
    await expect(purgeTenant(world().control, { ...purge, now: false })).rejects.toMatchObject(refused);
    await expect(
      world().look("UPDATE control.accounts SET status = 'purging' WHERE id = $1", tenant.accountId),
    ).rejects.toMatchObject({ code: "AZ007" });
    await suspendTenant(world().control, { tenant: tenant.slug, reason: "lost the case", readOnly: false, dryRun: false });
    expect(await purgeTenant(world().control, { ...purge, now: false })).toMatchObject({ receipt: { slug: tenant.slug } });
  });
});
