import { Chalk, type ChalkInstance } from "chalk";
import { hasFlag } from "./argv.js";
import { colourLevel } from "./colour.js";
import { inquirerPrompter, type Prompter } from "./prompter.js";

/** One of the two streams that people and scripts read. */
export interface Output {
  readonly isTty: boolean;
  /** The cursor can be moved back, so that a line can be drawn again. */
  readonly isLive: boolean;
  /** Columns; 80 where nobody says. */
  readonly width: number;
  readonly colour: ChalkInstance;
  write(text: string): void;
  /** The stream itself, for what is too long to be one text. */
  readonly stream: NodeJS.WritableStream;
}

/** The terminal: the only thing in azora that knows about streams, width, colour and people. */
export interface Io {
  /** Carries the result and nothing else. */
  readonly out: Output;
  /** Prompts, progress, warnings and everything said along the way. */
  readonly err: Output;
  /** Somebody is there to answer. */
  readonly canAsk: boolean;
  readonly prompter: Prompter;
}

let shared: Io | undefined;

/** The terminal of this process. */
export function terminal(): Io {
  shared ??= openTerminal(process.argv.slice(2));
  return shared;
}

function openTerminal(argv: readonly string[]): Io {
  const refused = hasFlag(argv, "--no-color");
  const { stdin, stdout, stderr } = process;
  return {
    out: output(stdout, refused),
    err: output(stderr, refused),
    // A prompt that nobody sees, or that a pipe answers, is no consent.
    canAsk: Boolean(stdin.isTTY && stderr.isTTY),
    prompter: inquirerPrompter(stdin, stderr),
  };
}

function output(stream: NodeJS.WriteStream, refused: boolean): Output {
  const isTty = Boolean(stream.isTTY);
  return {
    isTty,
    isLive: isTty && process.env.TERM !== "dumb",
    get width() {
      return stream.columns || 80;
    },
    colour: new Chalk({ level: colourLevel({ isTty, env: process.env, refused }) }),
    write: (text) => void stream.write(text.endsWith("\n") ? text : `${text}\n`),
    stream,
  };
}

/** Says on stderr that something is done. */
export function sayDone({ err }: Io, text: string): void {
  err.write(`${err.colour.green("✓")} ${text}`);
}

/** Says something along the way. */
export function sayNote({ err }: Io, text: string): void {
  err.write(text);
}
