import type { Pack } from "../../isolation/review/pack.js";
import type { Verification } from "../../isolation/verification.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";

export interface PackResult extends Pick<Pack, "files"> {
  readonly file: string;
  readonly bytes: number;
  readonly keyId: string;
  readonly verdict: Verification["verdict"];
  readonly findings: number;
}

export function packTable(output: Output, { files }: PackResult): string {
  return renderTable(
    output,
    [
      { title: "FILE", value: ({ path }) => path },
      { title: "BYTES", value: ({ bytes }) => bytes, align: "right" },
      { title: "SHA-256", value: ({ sha256 }) => sha256, canDrop: true, paint: (text, colour) => colour.dim(text) },
    ],
    files,
  );
}
