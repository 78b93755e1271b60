import { Command } from "@oclif/core/command";
import { boolean, string } from "@oclif/core/flags";
import { type Config, loadConfig } from "../config.js";
import { contextIn, wantsJson } from "./argv.js";
import { describeFailure } from "./failure.js";
import { type Io, type Output, sayDone, sayNote, terminal } from "./io.js";
import { toJson } from "./json.js";
import { explainParseError } from "./parse-error.js";
import { askingAbout, placeOf } from "./place.js";

/** An installation, an engine: whatever holds connections or a lock. */
interface Closable {
  close(): Promise<void>;
}

/**
 * What all commands share. A command parses, calls one operation, and hands its result to
 * present(); how a result, an error or a question reaches anybody is decided here.
 */
export abstract class AzoraCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = {
    context: string({ description: "Use this installation: see `azora context:list`.", helpGroup: "GLOBAL", helpValue: "NAME" }),
    json: boolean({ description: "Print one JSON document: see `azora help json`.", helpGroup: "GLOBAL" }),
    "no-color": boolean({ description: "Print without colours.", helpGroup: "GLOBAL" }),
  };

  /** Questions name the installation that they are about. */
  protected readonly io: Io = askingAbout(terminal(), () => placeOf(this.settings()));

  /** The settings of this process. @throws AzoraError CONFIG_INVALID, NOT_FOUND (context) */
  protected settings(): Config & { readonly command?: string } {
    const config = loadConfig(process.env, { flag: contextIn(this.argv), current: true });
    return { ...config, ...(this.id && { command: this.id }) };
  }

  /** Works with something that has to be closed, and closes it whatever happens. */
  protected async using<R extends Closable, T>(resource: R, work: (resource: R) => Promise<T>): Promise<T> {
    try {
      return await work(resource);
    } finally {
      await resource.close();
    }
  }

  /** Prints the view of a result on stdout, unless JSON is wanted; returns the result. */
  protected present<T extends object>(result: T, view: (out: Output) => string): T {
    if (!this.jsonEnabled()) this.io.out.write(view(this.io.out));
    return result;
  }

  /** Says on stderr what was done; a reader of JSON has it in the result. */
  protected done(text: string): void {
    if (!this.jsonEnabled()) sayDone(this.io, text);
  }

  /** Says something along the way on stderr. */
  protected note(text: string): void {
    if (!this.jsonEnabled()) sayNote(this.io, text);
  }

  /** The same, if there is anything to say. */
  protected noteIf(text: string | null | undefined): void {
    if (text) this.note(text);
  }

  /** Before anything is written with a live key; to a reader of JSON as well, since it stands on stderr. */
  protected announceLive(): void {
    sayNote(this.io, "Stripe's live mode: this is real money.");
  }

  // One definition, shared with the errors that are raised before any command is found.
  override jsonEnabled(): boolean {
    return wantsJson(this.argv);
  }

  override logJson(document: unknown): void {
    this.io.out.write(toJson(document));
  }

  protected override toSuccessJson(result: unknown): unknown {
    return { ok: true, result };
  }

  protected override toErrorJson(error: unknown): unknown {
    return { ok: false, error: describeFailure(error) };
  }

  // All errors are reported in one place, see main.ts; oclif's own way prints the error
  // with its configuration and values.
  protected override async catch(error: Error): Promise<never> {
    throw explainParseError(error, this.id ?? "", this.argv);
  }
}
