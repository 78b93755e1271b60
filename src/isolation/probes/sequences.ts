import type { Attempt } from "../probe.js";
import type { Probe } from "./definition.js";
import type { Scene } from "./scene.js";
import { attemptAs } from "./stage/act.js";
import { attempted, mustBeRefused } from "./verdict.js";

/** Nothing is drawn: a number that is drawn never comes back. */
export const sequences: Probe = {
  id: "sequence-state",
  title: "No sequence tells a login how much the tenants write.",
  severity: "low",
  async run(scene) {
    const attempts: Attempt[] = [];
    for (const by of [...scene.runtime, ...scene.control]) {
      for (const name of sequencesOf(scene)) {
        const statement = `SELECT last_value FROM ${name}`;
        const answer = await attemptAs(scene, by, scene.b.id, statement);
        const verdict = mustBeRefused(answer, `${name} tells how many rows all tenants together have written.`);
        attempts.push(attempted({ by, object: `sequence ${name}`, statement, answer, verdict }));
      }
    }
    return attempts;
  },
};

function sequencesOf({ catalog, target, tables }: Scene): readonly string[] {
  const owned = new Set(tables.map(({ name }) => name));
  return catalog.relations
    .filter(
      ({ kind, schema, fills }) =>
        kind === "sequence" && (target.schemas.includes(schema) || fills.some((table) => owned.has(table))),
    )
    .filter(({ fills }) => fills.length === 0 || fills.some((table) => owned.has(table)))
    .map(({ name }) => name);
}
