import type { Environment } from "../setting.js";

/** How many colours a stream gets, as chalk counts: 0 none, 1 basic, 2 256, 3 millions. */
export type ColourLevel = 0 | 1 | 2 | 3;

export interface ColourInput {
  readonly isTty: boolean;
  readonly env: Environment;
  /** `--no-color` was given. */
  readonly refused: boolean;
}

/**
 * Decides the colours of one stream, once. `--no-color` is said for this very run and wins;
 * FORCE_COLOR is next, as in Node itself; then NO_COLOR, TERM=dumb and a pipe turn it off.
 */
export function colourLevel({ isTty, env, refused }: ColourInput): ColourLevel {
  if (refused) return 0;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forcedLevel(forced);
  if (env.NO_COLOR || env.TERM === "dumb" || !isTty) return 0;
  if (env.COLORTERM === "truecolor" || env.COLORTERM === "24bit") return 3;
  return env.TERM?.includes("256") ? 2 : 1;
}

function forcedLevel(value: string): ColourLevel {
  if (value === "0" || value === "false") return 0;
  if (value === "2") return 2;
  return value === "3" ? 3 : 1;
}
