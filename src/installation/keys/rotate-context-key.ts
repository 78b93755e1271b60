import type { AccessFile } from "../../config.js";
import { type ContextKeyRow, endContextKeys, ensureContextKey, listContextKeys } from "../../database/guard-keys.js";
import { AzoraError } from "../../errors.js";
import { writeConfigFile } from "../config-store.js";
import { CONTEXT_KEYS } from "./kind.js";
import { fileAt, findNewKey, type KeyPlaces, placesFor, writeDownNewKey } from "./new-key.js";
import { inTransaction, type KeyRotation, noSuchKey, type RotationGround, type RotationInput } from "./rotation.js";

/**
 * Gives the installation another key that signs contexts. The database takes the new one before anybody signs with it, and
 * the old ones until their end, so that no request is refused meanwhile. Stopped at any point, the same call goes on.
 * @throws AzoraError NEEDS_INPUT, ALREADY_EXISTS, INVALID_INPUT (output), CONFLICT (the key in the output has had its end)
 */
export async function rotateContextKey(ground: RotationGround, input: RotationInput): Promise<KeyRotation> {
  const { config, client } = ground;
  const { endsAfter, onStep = () => undefined } = input;
  const places = placesFor(CONTEXT_KEYS, config, input.output);
  // In the file as it is now, not as it was before others were locked out.
  const used = (places.configFile === null ? config.contextKey?.value : fileAt(places.configFile).contextKey)?.id;
  const result = { kind: "context" as const, ...places, handovers: [], dryRun: input.dryRun };
  if (input.dryRun) {
    const pending = findNewKey(CONTEXT_KEYS, places, used);
    const others = accepted(await listContextKeys(client)).filter(({ id }) => id !== pending?.id);
    const ending = endsAfter === null ? [] : others.map(({ id, retiredAt }) => ({ id, retiredAt }));
    return { ...result, changed: true, newKey: null, resumed: pending !== null, ending };
  }
  const { key, resumed } = writeDownNewKey(CONTEXT_KEYS, places, used);
  onStep("written down");
  await inTransaction(ground, async () => {
    await ensureContextKey(client, { id: key.id, secret: Buffer.from(key.secret, "base64") });
    const known = (await listContextKeys(client)).find(({ id }) => id === key.id);
    if (known?.retiredAt) throw ended(key.id, places);
  });
  onStep("in the database");
  if (places.configFile !== null) writeConfigFile(places.configFile, inUse(fileAt(places.configFile)));
  onStep("in use");
  const ending = await inTransaction(ground, async () => {
    const others = accepted(await listContextKeys(client)).flatMap(({ id }) => (id === key.id ? [] : [id]));
    return endsAfter === null ? [] : endContextKeys(client, others, endsAfter);
  });
  onStep("old ones end");
  if (places.configFile !== null)
    writeConfigFile(places.configFile, settled(fileAt(places.configFile), await listContextKeys(client)));
  onStep("forgotten");
  return { ...result, changed: true, newKey: key.id, resumed, ending: ending.map(({ id, retiredAt }) => ({ id, retiredAt })) };
}

/**
 * Ends a key that signs contexts, now. What it signs from then on is refused, in the statement after.
 * @throws AzoraError NOT_FOUND, CONFLICT for the one that is in use, or the only one
 */
export async function retireContextKey(
  ground: RotationGround,
  id: string,
  { dryRun }: { readonly dryRun: boolean },
): Promise<KeyRotation> {
  const { config, client } = ground;
  const keys = await listContextKeys(client);
  if (!keys.some((key) => key.id === id)) throw noSuchKey("context", id);
  const isInFile = config.contextKey?.source === "file";
  const used = isInFile ? fileAt(config.configFile).contextKey?.id : config.contextKey?.value.id;
  if (used === id || !accepted(keys).some((key) => key.id !== id && key.retiredAt === null)) {
    throw new AzoraError("CONFLICT", `Contexts are signed with the key ${id}: without it no request of any tenant is answered.`, {
      hint: "`azora key:rotate context` puts another in its place first; with --now for a key that somebody else may have.",
    });
  }
  const mayChange = accepted(keys).some((key) => key.id === id);
  const result = { kind: "context" as const, newKey: null, resumed: false, output: null, handovers: [], dryRun };
  const configFile = isInFile ? config.configFile : null;
  if (dryRun || !mayChange) return { ...result, configFile, changed: mayChange, ending: keys.filter((key) => key.id === id) };
  // First out of the file: a restored database would otherwise be given it again.
  if (configFile !== null) {
    const file = fileAt(configFile);
    writeConfigFile(
      configFile,
      without(file, (former) => former.id === id),
    );
  }
  const ending = await inTransaction(ground, () => endContextKeys(client, [id], 0));
  return { ...result, configFile, changed: true, ending: ending.map(({ retiredAt }) => ({ id, retiredAt })) };
}

/** By this machine's clock, since it is for showing: the database decides by its own. */
function accepted(keys: readonly ContextKeyRow[]): readonly ContextKeyRow[] {
  return keys.filter(({ retiredAt }) => retiredAt === null || retiredAt.getTime() > Date.now());
}

/** Contexts are signed with the next key, and the one before is remembered: processes go on with it. */
function inUse(file: AccessFile): AccessFile {
  const { contextKey, nextContextKey, formerContextKeys = [] } = file;
  if (!nextContextKey || !contextKey || contextKey.id === nextContextKey.id) return file;
  return { ...file, contextKey: nextContextKey, formerContextKeys: [...formerContextKeys, contextKey] };
}

/** The rotation is over; what has an end knows it, and what has come to it is forgotten. */
function settled(file: AccessFile, keys: readonly ContextKeyRow[]): AccessFile {
  const { nextContextKey: _, ...rest } = file;
  const endOf = (id: string) => keys.find((key) => key.id === id)?.retiredAt ?? null;
  const known = (rest.formerContextKeys ?? []).map(({ id, secret }) => {
    const end = endOf(id);
    return { id, secret, ...(end && { retiresAt: end.toISOString() }) };
  });
  return without({ ...rest, formerContextKeys: known }, ({ retiresAt }) => Date.parse(retiresAt ?? "") <= Date.now());
}

function without(
  file: AccessFile,
  isGone: (former: NonNullable<AccessFile["formerContextKeys"]>[number]) => boolean,
): AccessFile {
  const { formerContextKeys = [], ...rest } = file;
  const left = formerContextKeys.filter((former) => !isGone(former));
  return left.length === 0 ? rest : { ...rest, formerContextKeys: left };
}

function ended(id: string, { output, configFile }: KeyPlaces): AzoraError {
  return new AzoraError(
    "CONFLICT",
    `The key ${id} in ${output ?? configFile} has had its end: contexts that it signs are refused.`,
    {
      hint: "Remove the file, or name another with --output.",
    },
  );
}
