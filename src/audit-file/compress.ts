import { pipeline, Readable, type Transform } from "node:stream";
import zlib from "node:zlib";
import { AzoraError } from "../errors.js";

export type Compression = "gzip" | "zstd";

/** Node 22.15 brought it; Node 20 has none. */
const { createZstdCompress } = zlib as { createZstdCompress?: () => Transform };

const COMPRESSOR: Readonly<Record<Compression, (() => Transform) | undefined>> = {
  gzip: zlib.createGzip,
  zstd: createZstdCompress,
};

/** @throws AzoraError USAGE where this Node can't */
export function checkCompression(compression: Compression | undefined): void {
  if (!compression || COMPRESSOR[compression]) return;
  throw new AzoraError("USAGE", `Node ${process.versions.node} has no ${compression}.`, {
    hint: "It came with Node 22.15; use --gzip.",
  });
}

/** Compresses a stream as it passes. @throws AzoraError USAGE, and what the stream throws */
export async function* compress(chunks: AsyncIterable<Uint8Array>, compression: Compression): AsyncGenerator<Uint8Array> {
  checkCompression(compression);
  const compressor = (COMPRESSOR[compression] as () => Transform)();
  // Its error reaches whoever reads.
  pipeline(Readable.from(chunks, { objectMode: false }), compressor, () => undefined);
  yield* compressor as AsyncIterable<Uint8Array>;
}
