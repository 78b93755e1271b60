import { createHash } from "node:crypto";
import { parseJson } from "../parse-json.js";
import { flawOfSignature, type TrustedKey } from "../signing.js";
import type { Link } from "./receipt.js";

/** Something about one link, or about the chain, that is not as it was signed. */
export interface ChainProblem {
  /** The link's number; null for the chain as a whole, or a link that can't be read. */
  readonly sequence: number | null;
  readonly what: string;
}

export interface ChainCheck {
  readonly problems: readonly ChainProblem[];
  readonly receipts: number;
  readonly addenda: number;
  /** Numbers of the first and of the last link; null of nothing. */
  readonly first: number | null;
  readonly last: number | null;
}

export interface ChainInput {
  readonly links: readonly Link[];
  /** Public keys, PEM: each link has to be signed by one of them. */
  readonly keys: readonly TrustedKey[];
  /** Nothing may be missing: the first link is number 1, and each is followed by the next. */
  readonly whole: boolean;
}

/** What every link says of its place; the rest of it is the receipt's own. */
interface Placed extends Link {
  readonly sequence: number;
  readonly kind: "purge" | "store";
  readonly previousHash: string | null;
  /** When it was written, ISO. */
  readonly at: string;
  readonly receipt?: number;
  readonly receiptHash?: string;
}

/** Holds links against their hashes, their signatures and each other: needs no database. */
export function checkLinks({ links, keys, whole }: ChainInput): ChainCheck {
  const problems: ChainProblem[] = [];
  const placed: Placed[] = [];
  // Whoever has a key that was retired can write any date, but stands behind what was signed since.
  let latest = "";
  for (const link of links) {
    const read = place(link);
    if (!read) {
      problems.push({ sequence: null, what: "a link is no receipt that this azora knows" });
      continue;
    }
    const at = Date.parse(read.at) > Date.parse(latest) || latest === "" ? read.at : latest;
    const flaws = flawsOf({ ...read, at }, keys);
    if (flaws.length === 0) latest = at;
    problems.push(...flaws.map((what) => ({ sequence: read.sequence, what })));
    placed.push(read);
  }
  problems.push(...orderOf(placed, whole));
  const receipts = placed.filter(({ kind }) => kind === "purge");
  for (const { sequence, receipt, receiptHash } of placed.filter(({ kind }) => kind === "store")) {
    const subject = receipts.find((each) => each.sequence === receipt);
    if (subject ? subject.hash !== receiptHash : whole || receipts.length > 0) {
      problems.push({ sequence, what: `what it is said of, receipt ${receipt}, is another one or isn't here` });
    }
  }
  return {
    problems,
    receipts: receipts.length,
    addenda: placed.length - receipts.length,
    first: placed[0]?.sequence ?? null,
    last: placed.at(-1)?.sequence ?? null,
  };
}

/** @returns undefined for what is no link */
function place(link: Link): Placed | undefined {
  try {
    const said = parseJson(link.payload) as Placed & Readonly<Record<"version" | "purgedAt" | "statedAt", unknown>>;
    const at = said.kind === "purge" ? said.purgedAt : said.statedAt;
    const isKnown = said.version === 1 && Number.isSafeInteger(said.sequence) && ["purge", "store"].includes(said.kind);
    const { sequence, kind, previousHash, receipt, receiptHash } = said;
    const subject = kind === "store" ? { receipt: receipt ?? 0, receiptHash: receiptHash ?? "" } : {};
    return isKnown && typeof at === "string" ? { ...link, sequence, kind, previousHash, at, ...subject } : undefined;
  } catch {
    return undefined;
  }
}

function flawsOf({ payload, hash, signature, sequence, previousHash, at }: Placed, keys: readonly TrustedKey[]): string[] {
  const flaws: string[] = [];
  if (createHash("sha256").update(payload, "utf8").digest("hex") !== hash) flaws.push("its hash is not that of its text");
  if (signature === null) flaws.push("nobody signed it: the account was deleted by hand, by the database's administrator");
  else flaws.push(...[flawOfSignature({ text: payload, signature, at }, keys) ?? []].flat());
  if ((sequence === 1) !== (previousHash === null)) flaws.push("it doesn't say what came before it");
  return flaws;
}

function orderOf(placed: readonly Placed[], whole: boolean): ChainProblem[] {
  const problems: ChainProblem[] = [];
  const missing = (from: number, to: number) => {
    const which = from === to ? `${from} is` : `${from} to ${to} are`;
    problems.push({ sequence: null, what: `${which} missing` });
  };
  if (whole && placed[0] && placed[0].sequence > 1) missing(1, placed[0].sequence - 1);
  placed.forEach((link, at) => {
    const before = placed[at - 1];
    if (!before) return;
    const { sequence, previousHash } = link;
    if (sequence <= before.sequence) problems.push({ sequence, what: `it stands behind ${before.sequence}` });
    else if (sequence > before.sequence + 1 && whole) missing(before.sequence + 1, sequence - 1);
    else if (sequence === before.sequence + 1 && previousHash !== before.hash) {
      problems.push({ sequence, what: `it doesn't follow ${before.sequence} as that is here` });
    }
  });
  return problems;
}
