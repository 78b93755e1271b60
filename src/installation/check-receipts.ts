import type { Config } from "../config.js";
import { checkChain, publishedKeys } from "../control-plane/check-chain.js";
import type { ChainCheck } from "../control-plane/check-links.js";
import { checkReceiptFile, type ReceiptFile, readReceiptFile } from "../control-plane/receipt-file.js";
import type { TrustedKey } from "../signing.js";
import { keysFor } from "./keys/keys-for.js";
import { openInstallation } from "./open.js";
import { readText } from "./read-text.js";

export interface CheckReceiptsInput {
  /** What `receipt:show` or `receipt:list` wrote; undefined for the database alone. */
  readonly file: string | undefined;
  /** Published keys, PEM. Without one, this installation's own. */
  readonly publicKeyFiles: readonly string[];
  /** Hold it against the chain in the database too. */
  readonly chain: boolean;
}

export interface ReceiptsCheck extends ChainCheck {
  readonly file: string | null;
  /** Whether all links were there to look at, or only some. */
  readonly whole: boolean;
}

/**
 * Checks receipts: of a file offline, by a public key alone; or the whole chain in the database, and a file against it.
 * @throws AzoraError INVALID_INPUT (file, key), NOT_CONFIGURED without a key; for the chain connection errors, NOT_PERMITTED
 */
export async function checkReceipts(config: () => Config, input: CheckReceiptsInput): Promise<ReceiptsCheck> {
  const { file, publicKeyFiles, chain } = input;
  const read = file === undefined ? undefined : readReceiptFile(await readText(file, "receipt"), file);
  if (!chain && read) {
    const keys = await keysFor(config, publicKeyFiles);
    return { ...checkReceiptFile(read, keys), file: file ?? null, whole: read.head !== null };
  }
  const given = publicKeyFiles.length > 0 ? await keysFor(config, publicKeyFiles) : [];
  return { ...(await checkDatabase(config(), read, given)), file: file ?? null, whole: true };
}

async function checkDatabase(config: Config, read: ReceiptFile | undefined, given: readonly TrustedKey[]): Promise<ChainCheck> {
  const installation = openInstallation(config);
  try {
    const connection = await installation.control();
    // Whoever may alter the database may publish a key there as well: keys from elsewhere go first.
    const keys = given.length > 0 ? given : await publishedKeys(connection);
    const check = await checkChain(connection, { keys, others: read?.links ?? [] });
    const inFile = read ? checkReceiptFile(read, keys).problems : [];
    return { ...check, problems: [...check.problems, ...inFile] };
  } finally {
    await installation.close();
  }
}
