import { AzoraError } from "../errors.js";
import type { Io } from "./io.js";

export interface ConsentRequest {
  readonly question: string;
  /** The flag said it already. */
  readonly given: boolean;
  /** What a script passes instead of answering. */
  readonly flag: string;
  /** The flag that only shows what would be done. */
  readonly preview: string;
}

/**
 * Asks before something that can be undone.
 * @throws AzoraError NEEDS_CONFIRMATION for a no, or when there is nobody to ask
 */
export async function requireConsent(io: Pick<Io, "canAsk" | "prompter">, request: ConsentRequest): Promise<void> {
  const { question, given, flag, preview } = request;
  if (given) return;
  if (!io.canAsk) throw needsFlag(flag, preview);
  if (!(await io.prompter.confirm(question))) throw declined();
}

export interface TypedConsentRequest {
  /** Shown in front of the answer. */
  readonly question: string;
  /** What has to be typed, or passed. */
  readonly expected: string;
  /** What was passed with the flag. */
  readonly given: string | undefined;
  readonly flag: string;
  readonly preview: string;
}

/**
 * Asks before something that can't be undone: its name has to be typed, or passed by a script.
 * @throws AzoraError NEEDS_CONFIRMATION for anything else, or when there is nobody to ask
 */
export async function requireTypedConsent(io: Pick<Io, "canAsk" | "prompter">, request: TypedConsentRequest): Promise<void> {
  const { question, expected, given, flag, preview } = request;
  if (given === undefined && !io.canAsk) throw needsFlag(`${flag} ${expected}`, preview);
  const answer = given ?? (await io.prompter.input(question)).trim();
  if (answer === expected) return;
  if (given === undefined) throw declined();
  throw new AzoraError("NEEDS_CONFIRMATION", `${flag} says "${given}", but it has to be "${expected}". Nothing was changed.`, {
    hint: `Pass ${flag} ${expected} if that is what you mean.`,
  });
}

function needsFlag(flag: string, preview: string): AzoraError {
  return new AzoraError("NEEDS_CONFIRMATION", "This needs a confirmation, and there is no terminal to ask on.", {
    hint: `Pass ${flag}. ${preview} shows what would be done.`,
  });
}

function declined(): AzoraError {
  return new AzoraError("NEEDS_CONFIRMATION", "Not confirmed; nothing was changed.");
}
