import { expect, it } from "vitest";
import { openControlPlane } from "../../src/control-plane/connection.js";
import { changeSetting, listSettings } from "../../src/control-plane/settings.js";
import { ownerInControl } from "../../src/installation/self-hosted.js";
import { OPERATORS } from "../support/prepare.js";
import { describeOnBothEngines } from "../support/world.js";

describeOnBothEngines("what holds for all tenants", (world) => {
  const set = (key: string, value: number | string, dryRun = false) => changeSetting(world().control, { key, value, dryRun });
  const currentValue = async (key: string) => (await listSettings(world().control)).find((setting) => setting.key === key)?.value;
  const asOwner = async (key: string, value: number) => {
    const control = await openControlPlane(ownerInControl(world().engine), undefined);
    const answer = await changeSetting(control, { key, value, dryRun: false });
    await control.client.$disconnect();
    return answer;
  };

  it("is listed whether somebody changed it or not, and is no list of published keys", async () => {
    const settings = await listSettings(world().control);
    expect(settings.find(({ key }) => key === "purge.approvals")).toEqual({
      key: "purge.approvals",
      value: 1,
      initial: 1,
      updatedAt: null,
    });
    expect(settings.some(({ key }) => key.startsWith("signing_key"))).toBe(false);
  });

  it("is changed, logged with both values, and left alone by a dry run and the same again", async () => {
    expect(await set("purge.backup_days", 35, true)).toMatchObject({ changed: true, dryRun: true });
    expect(await currentValue("purge.backup_days")).toBeNull();
    expect(await set("purge.backup_days", 35)).toMatchObject({ changed: true });
    expect(await set("purge.backup_days", 35)).toMatchObject({ changed: false });
    expect(await set("purge.backup_days", 30)).toMatchObject({ changed: true });
    const lines = await world().look(
      "SELECT operator, action, old_values ->> 'value' AS old, new_values ->> 'value' AS new FROM control.admin_audit_log WHERE action LIKE 'settings.%' ORDER BY id DESC LIMIT 2",
    );
    const operator = OPERATORS["vendor-admin"];
    expect(lines).toEqual([
      { operator, action: "settings.update", old: "35", new: "30" },
      { operator, action: "settings.insert", old: null, new: "35" },
    ]);
  });

  it("takes what the functions that read it take, from whoever writes it", async () => {
    const bad: [string, number | string][] = [
      ["purge.approvals", 0],
      ["purge.approvals", 11],
      ["purge.approvals", "two"],
      ["billing.grace_days", "14 days"],
      ["billing.customer_after_purge", "shred"],
      ["billing.customer_after_purge", 1],
    ];
    for (const [key, value] of bad) {
      await expect(set(key, value), `${key} ${value}`).rejects.toMatchObject({ code: "INVALID_INPUT" });
      const byHand =
        "INSERT INTO control.settings (key, value) VALUES ($1, $2::jsonb) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
      await expect(world().look(byHand, key, JSON.stringify(value)), key).rejects.toMatchObject({ code: "AZ013" });
    }
    await expect(set("purge.aprovals", 2)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(set("signing_key.test", "x")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await set("billing.customer_after_purge", "delete")).toMatchObject({ changed: true });
  });

  it("lets a vendor admin ask for more approvals, and the owner alone for fewer", async () => {
    expect(await set("purge.approvals", 3)).toMatchObject({ changed: true });
    await expect(set("purge.approvals", 2)).rejects.toMatchObject({
      code: "NOT_PERMITTED",
      hint: expect.stringContaining("--as-owner"),
    });
    await expect(set("purge.approvals", 1)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    expect(await currentValue("purge.approvals")).toBe(3);
    expect(await asOwner("purge.approvals", 2)).toMatchObject({ changed: true });
    expect(await currentValue("purge.approvals")).toBe(2);
    const [line] = await world().look<{ operator: string }>(
      "SELECT operator FROM control.admin_audit_log WHERE action = 'settings.update' ORDER BY id DESC LIMIT 1",
    );
    expect(line?.operator).not.toBe(OPERATORS["vendor-admin"]);
  });

  it("would be lowered by anybody, if that trigger were gone", async () => {
    await world().look("ALTER TABLE control.settings DISABLE TRIGGER check_setting");
    const lowered = await set("purge.approvals", 1);
    await world().look("ALTER TABLE control.settings ENABLE ALWAYS TRIGGER check_setting");
    expect(lowered).toMatchObject({ changed: true });
  });

  it("is nobody's below vendor admin", async () => {
    for (const role of ["support", "billing"] as const) {
      const control = await world().as(role);
      await expect(listSettings(control)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
      await expect(changeSetting(control, { key: "purge.approvals", value: 5, dryRun: false })).rejects.toMatchObject({
        code: "NOT_PERMITTED",
      });
    }
    await world().as("vendor-admin");
  });
});
