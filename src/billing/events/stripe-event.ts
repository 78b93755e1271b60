import { parseJson } from "../../parse-json.js";

/** What azora takes from an event: what happened, and to what. The state that comes with it may be old by now. */
export interface StripeEvent {
  readonly id: string;
  readonly type: string;
  readonly livemode: boolean;
  /** Seconds since 1970; a test clock's own time for what lives by one. */
  readonly created: number;
  readonly data: { readonly object: object };
}

/** @returns undefined for a text that is no event */
export function readStripeEvent(text: string): StripeEvent | undefined {
  try {
    const event = parseJson(text) as Partial<StripeEvent> | null;
    return isStripeEvent(event) ? event : undefined;
  } catch {
    return undefined;
  }
}

function isStripeEvent(event: Partial<StripeEvent> | null): event is StripeEvent {
  return (
    /^evt_\w{1,250}$/.test(event?.id ?? "") &&
    typeof event?.type === "string" &&
    typeof event.livemode === "boolean" &&
    typeof event.created === "number" &&
    typeof event.data?.object === "object" &&
    event.data.object !== null
  );
}
