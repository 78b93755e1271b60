import { createHmac, timingSafeEqual } from "node:crypto";

/** Why a request is not believed to be Stripe's. */
export type SignatureFault = "missing" | "malformed" | "mismatch" | "too old" | "from the future";

export interface SignedBody {
  /** As it came in, byte for byte: parsed and written again it would be another. */
  readonly body: Buffer;
  /** Stripe-Signature. */
  readonly header: string | undefined;
  /** `whsec_…`; while one takes the place of another, both. */
  readonly secrets: readonly string[];
  /** Seconds since 1970. */
  readonly now: number;
}

/** How far the time of a signature may be from ours, in seconds. */
export const TOLERANCE = 300;

/**
 * Checks that a body was signed with one of the secrets, a short while ago. The package's own check
 * lets any time of the future pass: a request that was caught could be kept and sent much later.
 * @returns what is wrong, or undefined
 */
export function signatureFault({ body, header, secrets, now }: SignedBody): SignatureFault | undefined {
  if (!header) return "missing";
  const fields = header.split(",").map((field) => field.trim().split("=", 2));
  const valuesOf = (wanted: string) => fields.flatMap(([name, value]) => (name === wanted && value ? [value] : []));
  const [time, ...moreTimes] = valuesOf("t");
  const signatures = valuesOf("v1").filter((value) => /^[0-9a-f]{64}$/.test(value));
  if (!time || !/^\d{1,12}$/.test(time) || moreTimes.length > 0 || signatures.length === 0) return "malformed";
  const expected = secrets.map((secret) => createHmac("sha256", secret).update(`${time}.`).update(body).digest());
  const isSigned = signatures.some((signature) => {
    const given = Buffer.from(signature, "hex");
    return expected.some((digest) => timingSafeEqual(digest, given));
  });
  if (!isSigned) return "mismatch";
  if (now - Number(time) > TOLERANCE) return "too old";
  return Number(time) - now > TOLERANCE ? "from the future" : undefined;
}
