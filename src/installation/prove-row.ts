import type { Config } from "../config.js";
import { findTenant } from "../control-plane/find-tenant.js";
import { AzoraError } from "../errors.js";
import { checkChain } from "../seal/chain.js";
import { readCheckpoint } from "../seal/checkpoint.js";
import { compareIds, readLine } from "../seal/line.js";
import { checkProof, type InclusionProof, makeProof } from "../seal/proof.js";
import { keysFor } from "./keys/keys-for.js";
import { openInstallation } from "./open.js";
import { canSeeAccounts } from "./sealed-logs.js";
import { openLog } from "./verify-logs.js";

export interface ProveRowInput {
  /** Slug or id; the control plane's own log for null. */
  readonly tenant: string | null;
  /** Id of the row. */
  readonly row: string;
  readonly publicKeyFiles: readonly string[];
  readonly actor: string;
}

/**
 * Proves that one row is in a sealed log, without showing another row.
 * @throws AzoraError NOT_FOUND (tenant, row), INVALID_INPUT (id), CONFLICT (not sealed yet, or not as it was sealed), NOT_PERMITTED
 */
export async function proveRow(config: Config, { tenant, row, publicKeyFiles, actor }: ProveRowInput): Promise<InclusionProof> {
  const isId = tenant === null ? /^\d{1,18}$/.test(row) : /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(row);
  if (!isId)
    throw new AzoraError("INVALID_INPUT", `"${row}" is not the id of a row of this log.`, {
      hint: "`azora audit:export` shows ids.",
    });
  const keys = await keysFor(() => config, publicKeyFiles);
  const installation = openInstallation(config);
  try {
    const connection = canSeeAccounts(config) ? await installation.administration() : undefined;
    const accountId = tenant === null || !connection ? tenant : (await findTenant(connection, tenant)).id;
    const source = await openLog(installation, { accountId, connection, actor });
    try {
      const line = await source.row(row);
      const sealed = line === undefined ? undefined : readLine(line);
      if (line === undefined || !sealed) throw new AzoraError("NOT_FOUND", `There is no row ${row} in this log.`);
      const found = (await source.checkpoints()).flatMap((each) => readCheckpoint(each) ?? []);
      const { signed } = checkChain({ log: source.log, found, kept: [], keys });
      const checkpoint = signed.find(
        ({ lastId, transactionsBelow }) => compareIds(sealed.id, lastId) <= 0 && sealed.transactionId < transactionsBelow,
      );
      const leaves = checkpoint && (await source.leaves(checkpoint.sequence));
      if (!checkpoint || !leaves) {
        throw new AzoraError("CONFLICT", `The row ${row} is not sealed yet.`, {
          hint: "`azora audit:seal` seals it as soon as nothing older is open.",
        });
      }
      const proof = makeProof(line, { checkpoint, leaves });
      const [flaw] = checkProof(proof, keys);
      if (flaw)
        throw new AzoraError("CONFLICT", `The row ${row} can't be proven: ${flaw.what}.`, {
          hint: "`azora audit:verify` says what was changed.",
        });
      return proof;
    } finally {
      await source.close();
    }
  } finally {
    await installation.close();
  }
}
