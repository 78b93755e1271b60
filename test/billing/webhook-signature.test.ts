import Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { signatureFault, TOLERANCE } from "../../src/billing/webhook/signature.js";
import { randomOf } from "./random.js";

/** Whether a body is Stripe's: held against the package's own check, and stricter where that one isn't strict enough. */

const { webhooks } = new Stripe("sk_test_unused");
const NOW = 1_800_000_000;
const SECRET = "whsec_one";
const BODY = JSON.stringify({ id: "evt_1", name: "Ünïcode\n" });

const sign = (payload: string, secret = SECRET, timestamp = NOW) =>
  webhooks.generateTestHeaderString({ payload, secret, timestamp });
const fault = (header: string | undefined, body = BODY, secrets: readonly string[] = [SECRET]) =>
  signatureFault({ body: Buffer.from(body), header, secrets, now: NOW });

describe("a signature", () => {
  it("of Stripe's is believed, also beside others and for either of two secrets", () => {
    expect(fault(sign(BODY))).toBeUndefined();
    expect(fault(sign(BODY, "whsec_new"), BODY, [SECRET, "whsec_new"])).toBeUndefined();
    const [time, ours] = sign(BODY).split(",");
    const theirs = sign(BODY, "whsec_old").split(",")[1];
    expect(fault(`${time},${theirs},${ours},v0=${"0".repeat(64)}`)).toBeUndefined();
  });

  it.each([
    ["none", undefined, "missing"],
    ["an empty one", "", "missing"],
    ["another secret's", sign(BODY, "whsec_two"), "mismatch"],
    ["another body's", sign(`${BODY} `), "mismatch"],
    ["an older scheme's", sign(BODY).replace("v1=", "v0="), "malformed"],
    ["one without a time", sign(BODY).replace(/^t=\d+,/, ""), "malformed"],
    ["one with two times", `t=${NOW - 1},${sign(BODY)}`, "malformed"],
    ["one cut short", sign(BODY).slice(0, -1), "malformed"],
    ["one with another time put in", sign(BODY).replace(/^t=\d+/, `t=${NOW + 1}`), "mismatch"],
    ["one of long ago", sign(BODY, SECRET, NOW - TOLERANCE - 1), "too old"],
    ["one of the future", sign(BODY, SECRET, NOW + TOLERANCE + 1), "from the future"],
  ])("that is %s is not", (_what, header, expected) => {
    expect(fault(header)).toBe(expected);
  });

  it("is believed to the last second, on either side", () => {
    expect(fault(sign(BODY, SECRET, NOW - TOLERANCE))).toBeUndefined();
    expect(fault(sign(BODY, SECRET, NOW + TOLERANCE))).toBeUndefined();
  });

  it("is never believed where there is no secret", () => {
    expect(fault(sign(BODY), BODY, [])).toBe("mismatch");
  });
});

it("is judged as the package judges, whatever becomes of it on the way", () => {
  const random = randomOf(7);
  const believed = { here: 0, there: 0 };
  for (let round = 0; round < 2000; round += 1) {
    const header = damage(sign(BODY, random.pick([SECRET, SECRET, "whsec_two"]), NOW - random.below(2 * TOLERANCE)), random);
    const theirs = packageBelieves(header);
    const ours = fault(header) === undefined;
    believed.there += Number(theirs);
    believed.here += Number(ours);
    // Stricter is right, laxer never.
    expect({ header, laxer: ours && !theirs }).toEqual({ header, laxer: false });
  }
  expect(believed.here).toBeGreaterThan(300);
  expect(believed.there - believed.here).toBeLessThan(100);
});

/** Sometimes a character is changed, taken away or put in twice. */
function damage(header: string, { below }: ReturnType<typeof randomOf>): string {
  const at = below(header.length);
  const kinds = [
    header,
    header,
    `${header.slice(0, at)}0${header.slice(at + 1)}`,
    header.slice(0, at) + header.slice(at + 1),
    `${header},${header.slice(at)}`,
  ];
  return kinds[below(kinds.length)] as string;
}

function packageBelieves(header: string): boolean {
  try {
    return webhooks.signature?.verifyHeader(BODY, header, SECRET, TOLERANCE, undefined, NOW * 1000) === true;
  } catch {
    return false;
  }
}
