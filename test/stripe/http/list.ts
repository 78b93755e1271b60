import type Stripe from "stripe";
import { invalidParams, missing } from "../world/stripe-fault.js";

export interface Page {
  readonly limit?: number;
  readonly starting_after?: string;
  readonly ending_before?: string;
  readonly created?: number | Stripe.RangeQueryParam;
}

interface Listed {
  readonly id: string;
  readonly created?: number;
}

/**
 * One page of a list, newest first, as every list of Stripe's.
 * @param objects oldest first
 * @param noun what an error calls the object that a cursor names
 */
export function paginate<T extends Listed>(
  objects: readonly T[],
  page: Page,
  { url, noun }: { url: string; noun: string },
): Stripe.ApiList<T> {
  const { limit = 10, starting_after: after, ending_before: before, created } = page;
  checkLimit(limit);
  if (after !== undefined && before !== undefined) {
    throw invalidParams("Received both ending_before and starting_after parameters. Please pass in only one.", {
      code: "parameters_exclusive",
    });
  }
  const newest = objects.filter((object) => created === undefined || within(object.created ?? 0, created)).reverse();
  if (before !== undefined) {
    const end = position(newest, before, { noun, param: "ending_before" });
    const start = Math.max(0, end - limit);
    return { object: "list", data: newest.slice(start, end), has_more: start > 0, url };
  }
  const start = after === undefined ? 0 : position(newest, after, { noun, param: "starting_after" }) + 1;
  return { object: "list", data: newest.slice(start, start + limit), has_more: start + limit < newest.length, url };
}

/** A list inside another object, oldest first, whole up to `limit`. */
export function sublist<T>(data: readonly T[], url: string, limit = Number.POSITIVE_INFINITY): Stripe.ApiList<T> {
  return { object: "list", data: data.slice(0, limit), has_more: data.length > limit, url };
}

function checkLimit(limit: number): void {
  const wrong = (bound: string) =>
    invalidParams(`This value must be ${bound} (it currently is '${limit}').`, {
      param: "limit",
      code: "parameter_invalid_integer",
    });
  if (limit > 100) throw wrong("less than or equal to 100");
  if (limit < 1) throw wrong("greater than or equal to 1");
}

function position(objects: readonly Listed[], id: string, { noun, param }: { noun: string; param: string }): number {
  const at = objects.findIndex((object) => object.id === id);
  if (at < 0) throw missing(noun, id, param);
  return at;
}

function within(time: number, range: number | Stripe.RangeQueryParam): boolean {
  if (typeof range === "number") return time === range;
  const { gt = -1, gte = -1, lt = Number.POSITIVE_INFINITY, lte = Number.POSITIVE_INFINITY } = range;
  return time > gt && time >= gte && time < lt && time <= lte;
}
