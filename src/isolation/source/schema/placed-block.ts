import type { Place } from "../source-rule.js";
import type { Block, Member } from "./blocks.js";

export interface PlacedBlock extends Block {
  readonly file: string;
}

export function isModel({ kind }: Block): boolean {
  return kind === "model" || kind === "view";
}

export function place({ file, line }: PlacedBlock, member?: Member): Place {
  return { file, line: member?.line ?? line };
}
