import { describe, expect, it } from "vitest";
import { idempotencyKey } from "../../src/billing/idempotency-key.js";
import { retryAfter } from "../../src/billing/retry-after.js";
import { stripeSettings } from "../../src/billing/settings.js";

describe("a Stripe key", () => {
  it.each([
    ["sk_test_abc", "test"],
    ["rk_test_abc", "test"],
    ["sk_live_abc\n", "live"],
    ["rk_live_abc", "live"],
  ])("%s is of mode %s", (key, mode) => {
    expect(stripeSettings(key)).toMatchObject({ key: key.trim(), mode, apiBase: undefined });
  });

  it.each([
    "",
    "pk_test_abc",
    "whsec_abc",
    "sk_test_",
    "sk_prod_abc",
    "sk_test_a b",
  ])("%j is none, and isn't repeated in the error", (key) => {
    expect(() => stripeSettings(key)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    if (key) expect(() => stripeSettings(key)).not.toThrow(key);
  });
});

it("a test clock goes with a test key, and with no live one", () => {
  expect(stripeSettings("sk_test_a", undefined, "clock_1")).toMatchObject({ testClock: "clock_1" });
  expect(() => stripeSettings("sk_live_a", undefined, "clock_1")).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});

describe("STRIPE_API_BASE", () => {
  it.each([
    ["sk_test_a", "http://127.0.0.1:12111"],
    ["sk_test_a", "http://localhost:12111/"],
    ["sk_test_a", "https://stripe.example.test"],
    ["sk_live_a", "http://[::1]:12111"],
  ])("takes %s to %s", (key, base) => {
    expect(stripeSettings(key, base).apiBase?.host).toBe(new URL(base).host);
  });

  it.each([
    ["sk_live_a", "https://stripe.example.test"],
    ["sk_live_a", "https://127.0.0.1.example.test"],
    ["sk_live_a", "https://localhost@example.test"],
    ["sk_test_a", "http://stripe.example.test"],
    ["sk_test_a", "ftp://127.0.0.1"],
    ["sk_test_a", "http://127.0.0.1/v1"],
    ["sk_test_a", "here"],
  ])("doesn't take %s to %s", (key, base) => {
    expect(() => stripeSettings(key, base)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });
});

it("a step's key is the same for the same parts, and for no others", () => {
  const key = idempotencyKey("plan.price", ["team", 2900]);
  expect(idempotencyKey("plan.price", ["team", 2900])).toBe(key);
  expect(key.length).toBeLessThan(255);
  for (const parts of [["team", 2901], ["team", "2900"], ["team2900"], ["team", 2900, ""]])
    expect(idempotencyKey("plan.price", parts)).not.toBe(key);
  expect(idempotencyKey("plan.product", ["team", 2900])).not.toBe(key);
});

it("Retry-After is read as seconds and as a date", () => {
  expect(retryAfter("2", 5)).toBe(2000);
  expect(retryAfter("0.5", 0)).toBe(500);
  const date = retryAfter(new Date(Date.now() + 10_000).toUTCString(), 0);
  expect(date).toBeGreaterThan(8000);
  expect(date).toBeLessThanOrEqual(10_000);
  expect(retryAfter("soon", 0)).toBeLessThanOrEqual(500);
  expect(retryAfter(undefined, 20)).toBeLessThanOrEqual(16_000);
});
