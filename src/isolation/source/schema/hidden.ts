import type { Target } from "../../target.js";
import { isTenantTable, qualified } from "../names.js";
import type { Place } from "../source-rule.js";
import { type PlacedBlock, place } from "./placed-block.js";

/** A `model` with `@@ignore`, or a relation with `@ignore`: in the file, and out of Prisma's sight. */
export interface Hidden {
  readonly what: string;
  readonly place: Place;
}

/** What of a block is hidden. @param models all of the schema's, to know relations from other fields */
export function hiddenIn(block: PlacedBlock, models: ReadonlyMap<string, PlacedBlock>, target: Target): Hidden[] {
  const argument = (attribute: string) => /"(.*?)"/.exec(block.members.find(({ name }) => name === attribute)?.text ?? "")?.[1];
  const table = qualified(argument("@@schema") ?? "public", argument("@@map") ?? block.name);
  if (!isTenantTable(table, target)) return [];
  if (block.members.some(({ name }) => name === "@@ignore"))
    return [{ what: `${block.kind} ${block.name}`, place: place(block) }];
  return block.members
    .filter(({ text }) => /\s@ignore\b/.test(text) && /\bfields\s*:/.test(text) && models.has(typeOf(text)))
    .map((member) => ({ what: `relation ${block.name}.${member.name}`, place: place(block, member) }));
}

function typeOf(text: string): string {
  return /^\w+\s+(\w+)/.exec(text)?.[1] ?? "";
}
