import { createPublicKey } from "node:crypto";
import type { Config } from "../../config.js";
import { AzoraError } from "../../errors.js";
import { isHandover, type KeyHandover, trustedKeys } from "../../key-handover.js";
import { parseJson } from "../../parse-json.js";
import { publicKeyOf, type TrustedKey } from "../../signing.js";
import { signingKeyOf } from "../open.js";
import { readText } from "../read-text.js";

const PEM = /-----BEGIN PUBLIC KEY-----[\s\S]+?-----END PUBLIC KEY-----/g;

/**
 * Whom to believe when something signed is checked: the keys in these files and those that hand-overs in them lead to.
 * Without a key among them, this installation's own. What is checked brings no key along: whoever alters it signs it anew.
 * @param files public keys (PEM), and hand-overs, as `key:show` prints them
 * @throws AzoraError INVALID_INPUT (files), NOT_CONFIGURED without any key, VIOLATIONS for a key that handed over twice
 */
export async function keysFor(config: () => Config, files: readonly string[]): Promise<readonly TrustedKey[]> {
  const read = await Promise.all(files.map(keysIn));
  const [roots, records] = [read.flatMap((each) => each.keys), read.flatMap((each) => each.handovers)];
  if (roots.length > 0) return trustedKeys(roots, records);
  const own = config();
  const key = signingKeyOf(own);
  if (key) return trustedKeys([publicKeyOf(key)], [...(own.stored?.handovers ?? []), ...records]);
  throw new AzoraError("NOT_CONFIGURED", "There is no key to hold it against.", {
    hint: "Pass the vendor's published key with --public-key FILE.",
  });
}

interface KeysInFile {
  readonly keys: readonly string[];
  readonly handovers: readonly KeyHandover[];
}

/** Public keys, PEM, and hand-overs, lines of JSON between them. @throws AzoraError INVALID_INPUT */
async function keysIn(file: string): Promise<KeysInFile> {
  const text = await readText(file, "public key");
  // The keys that a hand-over names are in it to be held against others: naming one is no reason to believe it.
  const keys = (text.replace(/^\{.*$/gm, "").match(PEM) ?? []).map((pem) => normalised(pem, file));
  const handovers = handoversIn(text, file);
  if (keys.length + handovers.length > 0) return { keys, handovers };
  throw new AzoraError("INVALID_INPUT", `${file} is no public key (PEM).`, { hint: "Pass what `azora key:show` printed." });
}

function normalised(pem: string, file: string): string {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key.export({ type: "spki", format: "pem" }).toString();
  } catch (error) {
    throw new AzoraError("INVALID_INPUT", `${file} is no public key (PEM).`, { cause: error });
  }
  throw new AzoraError("INVALID_INPUT", `${file} is no Ed25519 key.`);
}

function handoversIn(text: string, file: string): readonly KeyHandover[] {
  const lines = text.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line, at) => {
    const record = parsed(line);
    if (isHandover(record)) {
      const { payload, oldSignature, newSignature } = record as KeyHandover;
      return { payload, oldSignature, newSignature };
    }
    throw new AzoraError("INVALID_INPUT", `Hand-over ${at + 1} in ${file} is none that this azora knows.`, {
      hint: "Pass what `azora key:show` printed.",
    });
  });
}

function parsed(line: string): unknown {
  try {
    return parseJson(line);
  } catch {
    return undefined;
  }
}
