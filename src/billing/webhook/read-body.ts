import type { IncomingMessage } from "node:http";

/** No event of Stripe's comes near it. */
export const BODY_LIMIT = 1024 * 1024;

/**
 * Reads a request's body, and no more of it than the limit.
 * @returns undefined when there is more
 */
export async function readBody(request: IncomingMessage, limit = BODY_LIMIT): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > limit) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
