import { AzoraError } from "../errors.js";
import { parseJson } from "../parse-json.js";
import { count, listOf, oneOf, orNull, record, type Shape, text } from "../shape.js";
import { flawOfSignature, type SigningKey, signText, type TrustedKey } from "../signing.js";
import { type ChainCheck, checkLinks } from "./check-links.js";
import { type Link, only } from "./receipt.js";

/** How many links there were when a whole chain was exported, signed: so that one that was cut short is found. */
export interface ChainHead {
  /** `{ "kind": "head", "last", "hash", "exportedAt" }` as it was signed. */
  readonly payload: string;
  readonly keyId: string;
  readonly signature: string;
}

/** A file with receipts: one of them with its addenda, or the chain. */
export interface ReceiptFile {
  readonly format: 1;
  /** Null for a single receipt; unsigned nowhere. */
  readonly head: ChainHead | null;
  readonly links: readonly Link[];
}

/** Writes one receipt and what was said of it since. @returns the text of a JSON file */
export function writeReceipt(links: readonly Link[]): string {
  return writeDown({ format: 1, head: null, links });
}

/** Writes the whole chain, which begins with number 1. @returns the text of a JSON file */
export function writeChain(links: readonly Link[], key: SigningKey, exportedAt: Date): string {
  const last = links.at(-1);
  const payload = JSON.stringify({ kind: "head", last: links.length, hash: last?.hash ?? null, exportedAt });
  return writeDown({ format: 1, head: { payload, keyId: key.id, signature: signText(payload, key) }, links });
}

/**
 * Reads a file of receipts; what `--json` printed of one is taken as well.
 * @param file its name, for errors
 * @throws AzoraError INVALID_INPUT for what is no such file
 */
export function readReceiptFile(content: string, file: string): ReceiptFile {
  try {
    const document = parseJson(content);
    if (isPrinted(document)) {
      const { result } = document as { readonly result: Link & { readonly addenda?: readonly Link[] } };
      return { format: 1, head: null, links: [result, ...(result.addenda ?? [])].map(only) };
    }
    if (isReceiptFile(document)) {
      const { head, links } = document as ReceiptFile;
      return { format: 1, head, links: links.map(only) };
    }
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `${file} is no JSON.`, { cause: error });
  }
  throw new AzoraError("INVALID_INPUT", `${file} is no receipt that this azora knows.`, {
    hint: "Pass what `azora receipt:show --output` or `azora receipt:list --output` wrote.",
  });
}

const isLink = record({
  ...{ payload: text, hash: text },
  ...{ keyId: orNull(text), signature: orNull(text) },
} satisfies Record<keyof Link, Shape>);

const isHead = record({ payload: text, keyId: text, signature: text } satisfies Record<keyof ChainHead, Shape>);

const isReceiptFile = record({
  format: oneOf(1),
  head: orNull(isHead),
  links: listOf(isLink),
} satisfies Record<keyof ReceiptFile, Shape>);

const isPrinted = record({ result: (value) => isLink(value) && record({}, { addenda: listOf(isLink) })(value) });

/** Holds a file against public keys (PEM): needs no database. */
export function checkReceiptFile({ head, links }: ReceiptFile, keys: readonly TrustedKey[]): ChainCheck {
  const check = checkLinks({ links, keys, whole: head !== null });
  if (head === null) return check;
  return { ...check, problems: [...check.problems, ...headFlaws(head, check, links).map((what) => ({ sequence: null, what }))] };

  function headFlaws({ payload, signature }: ChainHead, { last }: ChainCheck, all: readonly Link[]): string[] {
    if (flawOfSignature({ text: payload, signature, at: null }, keys)) return ["nobody known signed how long the chain is"];
    const said = headOf(payload);
    if (!said) return ["how long the chain is stands there as nothing that this azora knows"];
    if (flawOfSignature({ text: payload, signature, at: said.exportedAt }, keys))
      return ["how long the chain is was signed with a key that had been retired by then"];
    if ((last ?? 0) === said.last && (all.at(-1)?.hash ?? null) === said.hash) return [];
    return [`it ended with ${said.last} when it was exported, and ends with ${last ?? 0} here`];
  }
}

interface Length {
  readonly last: number;
  readonly hash: string | null;
  readonly exportedAt: string;
}

const isLength = record({ last: count, hash: orNull(text), exportedAt: text } satisfies Record<keyof Length, Shape>);

/** @returns undefined for what says nothing of the kind */
function headOf(payload: string): Length | undefined {
  try {
    const said = parseJson(payload);
    return isLength(said) ? (said as Length) : undefined;
  } catch {
    return undefined;
  }
}

function writeDown(file: ReceiptFile): string {
  return `${JSON.stringify({ ...file, links: file.links.map(only) }, null, 2)}\n`;
}
