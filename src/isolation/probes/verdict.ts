import type { Attempt } from "../probe.js";
import type { Ability } from "./scene.js";
import type { Identity } from "./stage/identity.js";
import type { Answer } from "./stage/session.js";

export type Verdict = Pick<Attempt, "outcome" | "note">;

export const held = (note: string | null = null): Verdict => ({ outcome: "held", note });
/** @param allows what it lets somebody do, one sentence */
export const broken = (allows: string): Verdict => ({ outcome: "broken", note: allows });
/** @param why what kept it from being shown */
export const unclear = (why: string): Verdict => ({ outcome: "unclear", note: why });

export const REFUSED = "42501";

export interface Tried {
  readonly by: Identity;
  readonly object: string;
  readonly statement: string;
  readonly answer: Pick<Answer, "text">;
  readonly verdict: Verdict;
}

export function attempted({ by, object, statement, answer, verdict }: Tried): Attempt {
  return { as: by.plane, role: by.role, object, statement, answer: answer.text, ...verdict };
}

/** An answer of a kind that nobody expected: a mistake in the statement shows nothing. */
export function unexpected({ text }: Pick<Answer, "text">): Verdict {
  return unclear(`PostgreSQL answered neither yes nor no: ${text}`);
}

/** For what must be refused for want of a right, whatever else. */
export function mustBeRefused(answer: Answer, allows: string): Verdict {
  if (answer.state === REFUSED) return held();
  return answer.state === null ? broken(allows) : unexpected(answer);
}

/** States that only rows meet which have passed the policies already. */
const PAST_THE_POLICY = new Set(["23503", "23505", "23P01", "23001"]);

/**
 * For a write that must reach no row of another tenant's: none touched, or refused.
 * @param ability what the same login can do with its own rows
 */
export function mustReachNothing(answer: Answer, ability: Ability, allows: string): Verdict {
  if (answer.state === null && answer.count > 0) return broken(allows);
  if (answer.state !== null && PAST_THE_POLICY.has(answer.state))
    return broken(`${allows} Only a constraint was in this row's way.`);
  if (answer.state !== null && answer.state !== REFUSED) return unexpected(answer);
  if (typeof ability === "object") return unclear(ability.why);
  if (ability === "no right") return answer.state === REFUSED ? held("it has no such right at all") : unexpected(answer);
  return held();
}
