import { createHmac, randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { checkContext, contextSigner, signContext } from "../../src/tenant-plane/context.js";

const key = { id: "k1", secret: randomBytes(32) };
const context = { accountId: "0190F3C2-0000-7000-8000-000000000001", actor: "ada.lovelace@example.test" };

describe("signContext()", () => {
  it("writes signature, key, expiry, account in lower case and actor, with dots between", () => {
    const token = signContext(key, context, 1_900_000_000.9);
    const message = "k1.1900000000.0190f3c2-0000-7000-8000-000000000001.ada.lovelace@example.test";
    expect(token.slice(65)).toBe(message);
    expect(token.slice(0, 64)).toBe(createHmac("sha256", key.secret).update(`azora.context.${message}`).digest("hex"));
  });

  it("signs every part: another account, actor, expiry, key id or secret has another signature", () => {
    const base = signContext(key, context, 2e9).slice(0, 64);
    const others = [
      signContext(key, { ...context, accountId: randomUUID() }, 2e9),
      signContext(key, { ...context, actor: "eve" }, 2e9),
      signContext(key, context, 2e9 + 1),
      signContext({ ...key, id: "k2" }, context, 2e9),
      signContext({ ...key, secret: randomBytes(32) }, context, 2e9),
    ].map((token) => token.slice(0, 64));
    expect(new Set([base, ...others]).size).toBe(6);
  });
});

describe("checkContext()", () => {
  it("takes a UUID and 1 to 200 printable characters", () => {
    const actor = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 50 })
      .filter((text) => [...text].every((character) => character >= " ") && text.length <= 200);
    fc.assert(fc.property(fc.uuid(), actor, (accountId, name) => checkContext({ accountId, actor: name })));
  });

  it.each([
    { accountId: "alpha", actor: "x" },
    { accountId: `${randomUUID()} OR true`, actor: "x" },
    { accountId: `${randomUUID()}\n`, actor: "x" },
    { accountId: randomUUID(), actor: "" },
    { accountId: randomUUID(), actor: "a\u0000b" },
    { accountId: randomUUID(), actor: "x".repeat(201) },
  ])("refuses %j", (given) => {
    expect(() => checkContext(given)).toThrowError(expect.objectContaining({ code: "INVALID_INPUT" }));
  });
});

describe("contextSigner()", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("hands out tokens that have at least half a minute to live, and makes a new one only then", () => {
    vi.useFakeTimers({ now: 1_800_000_000_000 });
    const sign = contextSigner(key, context);
    const expiry = (token: string) => Number(token.split(".")[2]);
    const tokens = new Set<string>();
    for (let second = 0; second < 90; second++) {
      const token = sign();
      tokens.add(token);
      expect(expiry(token) - Date.now() / 1000).toBeGreaterThanOrEqual(30);
      vi.advanceTimersByTime(1000);
    }
    expect(tokens.size).toBe(3);
  });
});
