import { boolean, string } from "@oclif/core/flags";
import type { LogFilter } from "../database/logs/log.js";
import { AzoraError } from "../errors.js";
import { parseTime } from "./input.js";

const WHICH = { exactlyOne: ["tenant", "control-plane"] };

/** Which log, of audit:*. */
export const logFlags = {
  tenant: string({ description: "Slug or id; an id where there is no control plane.", ...WHICH }),
  "control-plane": boolean({ description: "What the vendor's operators did.", ...WHICH }),
};

/** Which entries of it. */
export const entryFlags = {
  actor: string({ description: "Only what this actor or operator did." }),
  action: string({ description: "Only this: create, read, update, delete; for the control plane tenant.purge and the like." }),
  table: string({ description: "Only what was done in this table of the tenant.", dependsOn: ["tenant"] }),
  row: string({ description: "Only what was done to the row with this key.", dependsOn: ["table"], helpValue: "KEY" }),
};

/** From when to when. */
export const periodFlags = {
  since: string({ description: "From this day or ISO time on.", helpValue: "TIME" }),
  until: string({ description: "Before this day or ISO time.", helpValue: "TIME" }),
};

/** Where an earlier reading ended. */
export const afterFlag = string({
  description: "Only what an earlier export has not seen: the cursor that its manifest and its result say.",
  helpValue: "CURSOR",
});

type Texts = Readonly<Partial<Record<"actor" | "action" | "table" | "row" | "since" | "until", string | undefined>>>;

/** What the flags above say. @throws AzoraError INVALID_INPUT */
export function parseLogFilter({ actor, action, table, row, ...period }: Texts): LogFilter {
  const since = parseTime(period.since, "--since");
  const until = parseTime(period.until, "--until");
  if (since && until && since >= until) throw new AzoraError("INVALID_INPUT", "--since has to be before --until.");
  return {
    ...{ ...(since && { since }), ...(until && { until }) },
    ...{ ...(actor && { actor }), ...(action && { action }), ...(table && { table }), ...(row && { row }) },
  };
}
