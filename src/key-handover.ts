import { createHash } from "node:crypto";
import { AzoraError } from "./errors.js";
import { parseJson } from "./parse-json.js";
import { orNull, type Shape, record as shapeOf, text } from "./shape.js";
import { publicKeyOf, type SigningKey, signText, type TrustedKey, verifyText } from "./signing.js";

/**
 * What says that a signing key has its end, as it is kept and published. By its two signatures whoever trusts the old
 * key comes to trust the new one, and whoever trusts the new one knows until when the old one signed.
 */
export interface KeyHandover {
  /** `{ version, kind, from, to, at, until, compromised }`, exactly as it was signed. */
  readonly payload: string;
  /** Ed25519 over the payload, base64; null where the old key's word is worth nothing, or it is gone. */
  readonly oldSignature: string | null;
  readonly newSignature: string;
}

export const isHandover = shapeOf({ payload: text, oldSignature: orNull(text), newSignature: text } satisfies Record<
  keyof KeyHandover,
  Shape
>);

/** One half of it: a key by its name, and the PEM that it is. */
export interface NamedKey {
  readonly id: string;
  readonly publicKey: string;
}

/** What such a record says. */
export interface HandoverTerms {
  /** `key-handover` was made with the old key at hand; `key-retirement` only ends a key that is known anyway. */
  readonly kind: "key-handover" | "key-retirement";
  readonly from: NamedKey;
  readonly to: NamedKey;
  /** ISO, as is `until`. */
  readonly at: string;
  /** The old key signs nothing that is dated later. */
  readonly until: string;
  /** Somebody else may have the old key. */
  readonly compromised: boolean;
}

interface HandoverInput {
  readonly from: SigningKey;
  readonly to: SigningKey;
  readonly at: string;
  readonly until: string;
  readonly compromised: boolean;
}

/** Hands over from one key to another. A key that somebody else may have vouches for nobody. */
export function handOver({ from, to, at, until, compromised }: HandoverInput): KeyHandover {
  const terms = { kind: "key-handover" as const, from: named(from), to: named(to), at, until, compromised };
  const payload = JSON.stringify({ version: 1, ...terms });
  return { payload, oldSignature: compromised ? null : signText(payload, from), newSignature: signText(payload, to) };
}

/** Ends a key of which only the public half is at hand. */
export function retire(from: NamedKey, { to, at, compromised }: Pick<HandoverInput, "to" | "at" | "compromised">): KeyHandover {
  const terms = { kind: "key-retirement" as const, from, to: named(to), at, until: at, compromised };
  const payload = JSON.stringify({ version: 1, ...terms });
  return { payload, oldSignature: null, newSignature: signText(payload, to) };
}

/** SHA-256 of what was signed, hex. */
export function hashOf({ payload }: KeyHandover): string {
  return createHash("sha256").update(payload, "utf8").digest("hex");
}

/** Reads what a record says; whether it is true, trustedKeys() tells. @throws AzoraError INVALID_INPUT naming `where` */
export function readHandover({ payload }: KeyHandover, where: string): HandoverTerms {
  try {
    const said = parseJson(payload) as HandoverTerms & { readonly version: unknown };
    const { kind, from, to, at, until, compromised } = said;
    const texts = [from.id, from.publicKey, to.id, to.publicKey].every((each) => typeof each === "string");
    const isKnown = said.version === 1 && ["key-handover", "key-retirement"].includes(kind) && typeof compromised === "boolean";
    if (isKnown && texts && [at, until].every((each) => !Number.isNaN(Date.parse(each)))) {
      return { kind, from, to, at, until, compromised };
    }
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `${where} is no hand-over of a key.`, { cause: error });
  }
  throw new AzoraError("INVALID_INPUT", `${where} is no hand-over of a key that this azora knows.`);
}

/**
 * Whom to believe, when some keys are believed and these records are at hand, wherever they come from. Needs no database.
 * @param roots public keys, PEM, that are known from elsewhere
 * @returns the roots and those that records lead to, each with its end where one is said
 * @throws AzoraError VIOLATIONS when a key has handed over to two: one of them is a thief's
 */
export function trustedKeys(roots: readonly string[], records: readonly KeyHandover[]): readonly TrustedKey[] {
  const signed = records.map((record, at) => ({ record, ...readHandover(record, `Record ${at + 1}`) })).filter(isSignedByNew);
  // Published by hand, a PEM may have lost its line end.
  const ends = new Map<string, string>(roots.map((pem) => [`${pem.trim()}\n`, NEVER]));
  repeatedly(signed, (each) => {
    if (!ends.has(each.from.publicKey) || ends.has(each.to.publicKey) || !isSignedByOld(each)) return false;
    return ends.set(requireOnly(each, signed), NEVER).size > 0;
  });
  repeatedly(signed, ({ kind, from, to, until }) => {
    const [known, last] = [ends.get(from.publicKey), ends.get(to.publicKey)];
    if (last === undefined || (known === undefined && kind === "key-retirement")) return false;
    // Never later than its successor's own: whoever has that one makes up predecessors for it.
    const end = [until, last, known ?? NEVER].reduce(earlier);
    return end !== known && ends.set(from.publicKey, end).size > 0;
  });
  return [...ends].map(([publicKey, until]) => (until === NEVER ? publicKey : { publicKey, until }));
}

const NEVER = "9999-12-31T23:59:59.999Z";

function earlier(one: string, other: string): string {
  return Date.parse(one) <= Date.parse(other) ? one : other;
}

/** Goes through the records until none of them has anything to add. */
function repeatedly(records: readonly Signed[], adds: (record: Signed) => boolean): void {
  while (records.filter(adds).length > 0);
}

type Signed = HandoverTerms & { readonly record: KeyHandover };

function isSignedByNew({ record, to }: Signed): boolean {
  return holds(record.payload, record.newSignature, to.publicKey);
}

function isSignedByOld({ record, from, kind, compromised }: Signed): boolean {
  const { oldSignature, payload } = record;
  return kind === "key-handover" && !compromised && oldSignature !== null && holds(payload, oldSignature, from.publicKey);
}

/** The key that another has handed over to, and no second one. */
function requireOnly({ from, to }: Signed, all: readonly Signed[]): string {
  const other = all.find(
    (each) => each.from.publicKey === from.publicKey && each.to.publicKey !== to.publicKey && isSignedByOld(each),
  );
  if (!other) return to.publicKey;
  throw new AzoraError(
    "VIOLATIONS",
    `The key ${from.id} has handed over to two others, ${to.id} and ${other.to.id}: one is a thief's.`,
    {
      hint: "Ask the vendor over another channel for the fingerprint of its key, and pass that key with --public-key FILE.",
    },
  );
}

/** A PEM that is none signs nothing. */
function holds(text: string, signature: string, pem: string): boolean {
  try {
    return verifyText(text, signature, pem);
  } catch {
    return false;
  }
}

function named(key: SigningKey): NamedKey {
  return { id: key.id, publicKey: publicKeyOf(key) };
}
