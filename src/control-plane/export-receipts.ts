import { readChain } from "./check-chain.js";
import type { ControlConnection } from "./connection.js";
import { writeChain } from "./receipt-file.js";
import { requireSigningKey } from "./sign-receipt.js";

/**
 * The whole chain as a file, with a signed word of how long it is.
 * @throws AzoraError NOT_PERMITTED, NOT_CONFIGURED (no signing key)
 */
export async function exportChain(connection: ControlConnection): Promise<{ readonly text: string; readonly links: number }> {
  const key = requireSigningKey(connection);
  const chain = await readChain(connection);
  return { text: writeChain(chain, key, new Date()), links: chain.length };
}
