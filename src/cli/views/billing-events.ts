import type { HandledEvent } from "../../billing/events/handle-event.js";
import type { PullResult } from "../../billing/events/pull-events.js";
import { cellText } from "../cell.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { plainLine } from "../text.js";

/** How many events came to what. */
export function pulledEvents(output: Output, { outcomes, failed, missedSince }: PullResult): string {
  return renderDetails(output, [
    { label: "Changed something", value: outcomes.changed },
    { label: "Known already", value: outcomes.unchanged },
    { label: "Handled before", value: outcomes.duplicate },
    { label: "Nobody's here", value: outcomes.unknown + outcomes.ignored },
    ...(failed.length > 0 ? [{ label: "Failed", value: failed.length }] : []),
    ...(missedSince ? [{ label: "Missing since", value: missedSince }] : []),
  ]);
}

/** One event as one line for a person. */
export function eventLine(output: Output, at: Date, { id, type, outcome, subscription }: HandledEvent): string {
  const { colour } = output;
  const what = outcome === "changed" ? colour.green(outcome) : colour.dim(outcome);
  return [colour.dim(cellText(at, output)), id, plainLine(type), what, subscription ?? ""].join("  ").trimEnd();
}
