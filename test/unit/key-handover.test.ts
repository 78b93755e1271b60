import { describe, expect, it } from "vitest";
import { handOver, type KeyHandover, retire, trustedKeys } from "../../src/key-handover.js";
import { flawOfSignature, makeSigningKey, parseSigningKey, publicKeyOf, type SigningKey, signText } from "../../src/signing.js";

const key = (id: string) => parseSigningKey(id, makeSigningKey());
const [FIRST, SECOND, THIRD, THIEF] = ["first", "second", "third", "thief"].map(key) as [
  SigningKey,
  SigningKey,
  SigningKey,
  SigningKey,
];
const pem = publicKeyOf;
const at = (hour: number) => `2026-11-23T${String(hour).padStart(2, "0")}:00:00.000Z`;

function over(from: SigningKey, to: SigningKey, hour: number, compromised = false): KeyHandover {
  return handOver({ from, to, at: at(hour), until: at(hour), compromised });
}

const AT_TEN = over(FIRST, SECOND, 10);
const AT_TWELVE = over(SECOND, THIRD, 12);

describe("whom to believe", () => {
  it("whoever trusts the old key comes to trust the new one, over any number of changes", () => {
    const trusted = [{ publicKey: pem(FIRST), until: at(10) }, { publicKey: pem(SECOND), until: at(12) }, pem(THIRD)];
    expect(trustedKeys([pem(FIRST)], [AT_TWELVE, AT_TEN])).toEqual(trusted);
    expect(trustedKeys([pem(FIRST).trim()], [AT_TEN, AT_TEN, AT_TWELVE])).toEqual(trusted);
  });

  it("whoever trusts the new key knows until when the old ones signed", () => {
    expect(trustedKeys([pem(THIRD)], [AT_TEN, AT_TWELVE])).toEqual(
      expect.arrayContaining([pem(THIRD), { publicKey: pem(SECOND), until: at(12) }, { publicKey: pem(FIRST), until: at(10) }]),
    );
  });

  it("a record says nothing about keys that nobody trusts", () => {
    expect(trustedKeys([pem(THIEF)], [AT_TEN])).toEqual([pem(THIEF)]);
    expect(trustedKeys([], [AT_TEN])).toEqual([]);
  });

  it.each<[string, KeyHandover]>([
    ["signed by the new key alone", { ...AT_TEN, oldSignature: null }],
    ["signed by somebody else for the old key", { ...AT_TEN, oldSignature: signText(AT_TEN.payload, THIEF) }],
    ["signed by somebody else for the new key", { ...AT_TEN, newSignature: signText(AT_TEN.payload, THIEF) }],
    ["altered", { ...AT_TEN, payload: AT_TEN.payload.replace('"first"', '"furst"') }],
    ["of a key that somebody else may have", over(FIRST, SECOND, 10, true)],
    [
      "of one that only ends a key",
      retire({ id: "first", publicKey: pem(FIRST) }, { to: SECOND, at: at(10), compromised: false }),
    ],
  ])("a record %s leads from the old key nowhere", (_, record) => {
    expect(trustedKeys([pem(FIRST)], [record])).toEqual([pem(FIRST)]);
  });

  it("a thief's hand-over beside the real one is found", () => {
    expect(() => trustedKeys([pem(FIRST)], [AT_TEN, over(FIRST, THIEF, 10)])).toThrow(/handed over to two others/);
  });

  it("a thief who has a retired key gets no later date by predecessors that he makes up for it", () => {
    const found = trustedKeys([pem(SECOND)], [AT_TEN, over(THIEF, FIRST, 23)]);
    expect(found).toContainEqual({ publicKey: pem(THIEF), until: at(10) });
  });

  it("a key that was replaced can be ended before its time, and no key comes in by that", () => {
    const early = retire({ id: "first", publicKey: pem(FIRST) }, { to: SECOND, at: at(9), compromised: true });
    expect(trustedKeys([pem(SECOND)], [AT_TEN, early])).toContainEqual({ publicKey: pem(FIRST), until: at(9) });
    const foisted = retire({ id: "thief", publicKey: pem(THIEF) }, { to: SECOND, at: at(9), compromised: true });
    expect(trustedKeys([pem(SECOND)], [foisted])).toEqual([pem(SECOND)]);
  });

  it.each(["", "{}", '{"version":2}', '{"version":1,"kind":"key-handover","from":{},"to":{}}'])("refuses %j", (payload) => {
    expect(() => trustedKeys([pem(FIRST)], [{ ...AT_TEN, payload }])).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });
});

describe("a key with an end", () => {
  const keys = [{ publicKey: pem(FIRST), until: at(10) }, pem(SECOND)];
  const signed = (by: SigningKey, hour: number) => ({ text: "x", signature: signText("x", by), at: at(hour) });

  it("verifies what is dated before it, and nothing after", () => {
    expect(flawOfSignature(signed(FIRST, 9), keys)).toBeUndefined();
    expect(flawOfSignature(signed(FIRST, 11), keys)).toMatch(/retired/);
    expect(flawOfSignature(signed(SECOND, 11), keys)).toBeUndefined();
    expect(flawOfSignature(signed(THIEF, 9), keys)).toMatch(/known key/);
  });
});
