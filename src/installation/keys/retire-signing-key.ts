import { ensureHandover, listHandovers, listSigningKeys } from "../../database/guard-keys.js";
import { AzoraError } from "../../errors.js";
import { type KeyHandover, readHandover, retire } from "../../key-handover.js";
import { writeConfigFile } from "../config-store.js";
import { fileAt } from "./new-key.js";
import { endOf, nothingSigns, signingKeyFrom, unended } from "./rotate-signing-key.js";
import {
  databaseTime,
  type EndingKey,
  inTransaction,
  type KeyRotation,
  noSuchKey,
  type RotationGround,
  type RotationInput,
} from "./rotation.js";

/**
 * Ends a signing key whose place another has taken, before its time: from now on nothing that it signs is good.
 * @throws AzoraError NOT_FOUND, NOT_CONFIGURED, CONFLICT for the one in use
 */
export async function retireSigningKey(
  ground: RotationGround,
  id: string,
  { dryRun, compromised }: Pick<RotationInput, "dryRun" | "compromised">,
): Promise<KeyRotation> {
  const { config, client } = ground;
  if (!config.signingKey) throw nothingSigns();
  const isInFile = config.signingKey.source === "file";
  const used = isInFile ? (fileAt(config.configFile).signingKey ?? config.signingKey.value) : config.signingKey.value;
  if (used.id === id) {
    throw new AzoraError("CONFLICT", `${id} is the key that this installation signs with.`, {
      hint: "`azora key:rotate signing` puts another in its place; with --now for a key that somebody else may have.",
    });
  }
  const configFile = isInFile ? config.configFile : null;
  const result = { kind: "signing" as const, newKey: null, resumed: false, configFile, output: null, dryRun };
  const key = (await listSigningKeys(client)).find((each) => each.id === id);
  if (!key) throw noSuchKey("signing", id);
  const [open] = unended([key], []);
  if (dryRun) return { ...result, changed: open !== undefined, ending: [{ id, retiredAt: key.retiredAt }], handovers: [] };
  const handovers = await inTransaction(ground, async () => {
    const before = (await listHandovers(client)).filter(
      (record) => readHandover(record, "A record in the database").from.id === id,
    );
    if (!open) return before;
    const at = (await databaseTime(ground)).toISOString();
    const record = retire(open, { to: signingKeyFrom(used), at, compromised });
    await ensureHandover(client, record);
    return [...before, record];
  });
  // Also what a run that was stopped here has left out.
  if (configFile !== null) remember(configFile, handovers);
  const ending = [{ id, retiredAt: handovers.map(endOf).reduce(earliest, key.retiredAt) }];
  return { ...result, changed: open !== undefined, ending, handovers };
}

function remember(configFile: string, records: readonly KeyHandover[]): void {
  const { handovers = [], ...file } = fileAt(configFile);
  const missing = records.filter((record) => !handovers.some(({ payload }) => payload === record.payload));
  if (missing.length > 0) writeConfigFile(configFile, { ...file, handovers: [...handovers, ...missing] });
}

function earliest(one: Date | null, { retiredAt: other }: EndingKey): Date | null {
  return one && other && one <= other ? one : other;
}
