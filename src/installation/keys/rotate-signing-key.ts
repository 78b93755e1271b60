import type { SigningKeySetting } from "../../config.js";
import {
  ensureHandover,
  ensureSigningKey,
  listHandovers,
  listSigningKeys,
  type SigningKeyRow,
} from "../../database/guard-keys.js";
import { AzoraError } from "../../errors.js";
import { handOver, type KeyHandover, readHandover, retire } from "../../key-handover.js";
import { parseSigningKey, publicKeyOf, type SigningKey } from "../../signing.js";
import { writeConfigFile } from "../config-store.js";
import { SIGNING_KEYS } from "./kind.js";
import { fileAt, findNewKey, placesFor, writeDownNewKey } from "./new-key.js";
import {
  databaseTime,
  type EndingKey,
  inTransaction,
  type KeyRotation,
  type RotationGround,
  type RotationInput,
} from "./rotation.js";

/** Others that have the old key, and processes that have read it, get to know the new one in this time. */
const GRACE_SECONDS = 86_400;

/**
 * Gives the installation another key that signs receipts, checkpoints and reports. The old one hands over to it in a record
 * that both sign and stays published: it verifies what it has signed until its end. Stopped at any point, the same call goes on.
 * @param input `endsAfter` null means a day: the end is part of what is signed
 * @throws AzoraError NOT_CONFIGURED (nothing to hand over), NEEDS_INPUT, ALREADY_EXISTS, INVALID_INPUT (output), CONFLICT
 */
export async function rotateSigningKey(ground: RotationGround, input: RotationInput): Promise<KeyRotation> {
  const { config, client } = ground;
  const { compromised, onStep = () => undefined } = input;
  const setting = config.signingKey;
  if (!setting) throw nothingSigns();
  const places = placesFor(SIGNING_KEYS, config, input.output);
  const used = places.configFile === null ? setting.value : (fileAt(places.configFile).signingKey ?? setting.value);
  const result = { kind: "signing" as const, ...places, dryRun: input.dryRun };
  if (input.dryRun) {
    const pending = findNewKey(SIGNING_KEYS, places, used.id);
    return {
      ...result,
      changed: true,
      newKey: null,
      resumed: pending !== null,
      ending: [{ id: used.id, retiredAt: null }],
      handovers: [],
    };
  }
  const { key, resumed } = writeDownNewKey(SIGNING_KEYS, places, used.id);
  onStep("written down");
  const to = signingKeyFrom(key);
  const handovers = await inTransaction(ground, async () => {
    const known = (await listHandovers(client)).filter((record) => isFromTo(record, used.id, key.id));
    if (known.length > 0) return known;
    await requireUnended(ground, used.id);
    await ensureSigningKey(client, { id: key.id, publicKey: publicKeyOf(to) });
    const now = await databaseTime(ground);
    const at = now.toISOString();
    const until = new Date(now.getTime() + (compromised ? 0 : (input.endsAfter ?? GRACE_SECONDS)) * 1000).toISOString();
    const records = [handOver({ from: signingKeyFrom(used), to, at, until, compromised })];
    // Those before it may have time left, which whoever took this one may have taken as well.
    if (compromised)
      records.push(
        ...unended(await listSigningKeys(client), [used.id, key.id]).map((from) => retire(from, { to, at, compromised })),
      );
    for (const record of records) await ensureHandover(client, record);
    return records;
  });
  onStep("in the database");
  if (places.configFile !== null) {
    const { nextSigningKey: _, handovers: before = [], ...file } = fileAt(places.configFile);
    writeConfigFile(places.configFile, { ...file, signingKey: key, handovers: [...before, ...handovers] });
  }
  onStep("in use");
  return { ...result, changed: true, newKey: key.id, resumed, ending: handovers.map(endOf), handovers };
}

export function unended(
  keys: readonly SigningKeyRow[],
  but: readonly string[],
): { readonly id: string; readonly publicKey: string }[] {
  const open = keys.filter(({ id, retiredAt }) => !but.includes(id) && (retiredAt === null || retiredAt.getTime() > Date.now()));
  return open.map(({ id, publicKey }) => ({ id, publicKey }));
}

/** A key hands over once. */
async function requireUnended({ client }: RotationGround, id: string): Promise<void> {
  const others = (await listHandovers(client)).map((record) => readHandover(record, "A hand-over in the database"));
  const given = others.find(({ kind, from }) => kind === "key-handover" && from.id === id);
  if (!given) return;
  throw new AzoraError("CONFLICT", `The key ${id} has handed over to ${given.to.id} already.`, {
    hint: `Use ${given.to.id} here: set AZORA_SIGNING_KEY_FILE to the file that it was written to.`,
  });
}

function isFromTo(record: KeyHandover, from: string, to: string): boolean {
  const terms = readHandover(record, "A hand-over in the database");
  return terms.to.id === to && (terms.from.id === from || terms.kind === "key-retirement");
}

export function endOf(record: KeyHandover): EndingKey {
  const { from, until } = readHandover(record, "The record");
  return { id: from.id, retiredAt: new Date(until) };
}

/** @throws AzoraError CONFIG_INVALID */
export function signingKeyFrom({ id, privateKey }: SigningKeySetting): SigningKey {
  try {
    return parseSigningKey(id, privateKey);
  } catch {
    throw new AzoraError("CONFIG_INVALID", `The signing key ${id} is not a private key.`);
  }
}

export function nothingSigns(): AzoraError {
  return new AzoraError("NOT_CONFIGURED", "This installation signs nothing: it has no key.", {
    hint: "Set AZORA_SIGNING_KEY_FILE, or use the configuration that `azora init` wrote.",
  });
}
