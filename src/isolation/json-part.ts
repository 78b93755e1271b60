import { AzoraError } from "../errors.js";
import { nearest } from "../nearest.js";
import { parseJson } from "../parse-json.js";
import { type JsonLines, jsonLines, type Way, wayKey } from "./json-lines.js";

interface JsonFile {
  readonly path: string;
  readonly lines: JsonLines;
  /** What to do about a mistake in it. */
  readonly hint: string;
}

interface Keys<Required extends string, Optional extends string> {
  readonly required: readonly Required[];
  readonly optional?: readonly Optional[];
}

/**
 * A part of a JSON file that a person wrote. Each reader takes what it says and nothing else: what is wrong is an
 * AzoraError INVALID_INPUT with file, line and the way to the part.
 */
export class JsonPart {
  private constructor(
    private readonly file: JsonFile,
    private readonly value: unknown,
    private readonly way: Way,
  ) {}

  /** @throws AzoraError INVALID_INPUT for a text that isn't JSON */
  static parse(text: string, { path, hint }: Omit<JsonFile, "lines">): JsonPart {
    try {
      const value = parseJson(text);
      return new JsonPart({ path, hint, lines: jsonLines(text) }, value, []);
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      throw new AzoraError("INVALID_INPUT", `${path}: isn't JSON: ${cause.message}.`, { hint, cause });
    }
  }

  /** An object with these keys and no others: a key that is misspelt would leave something unchecked. */
  object<Required extends string, Optional extends string = never>({
    required,
    optional = [],
  }: Keys<Required, Optional>): Readonly<Record<Required, JsonPart> & Partial<Record<Optional, JsonPart>>> {
    const parts = this.entries();
    const known: readonly string[] = [...required, ...optional];
    for (const [key, part] of Object.entries(parts)) {
      if (known.includes(key)) continue;
      const meant = nearest(key, known);
      const help = meant === undefined ? `known are ${known.join(", ")}.` : `did you mean "${meant}"?`;
      part.fail(`${this.name} has an unknown key "${key}"; ${help}`);
    }
    const missing = required.find((key) => parts[key] === undefined);
    if (missing !== undefined) this.fail(`${this.name} lacks "${missing}".`);
    return parts as Record<Required, JsonPart> & Partial<Record<Optional, JsonPart>>;
  }

  /** An object whose keys are names. JSON takes the last of two that are the same, which would drop the first in silence. */
  entries(): Readonly<Record<string, JsonPart>> {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return this.fail(`${this.name} must be an object.`);
    const parts = Object.entries(value).map(([key, each]) => [key, this.part(key, each)] as const);
    for (const [key, part] of parts) {
      const { lines } = part;
      if (lines.length > 1) part.fail(`${this.name} has "${key}" twice, in the lines ${lines.join(" and ")}.`);
    }
    return Object.fromEntries(parts);
  }

  list(): readonly JsonPart[] {
    const { value } = this;
    if (!Array.isArray(value)) return this.fail(`${this.name} must be a list.`);
    return value.map((each: unknown, at) => this.part(at, each));
  }

  /** A list of texts. @param least how many there must be: 0 or 1 */
  texts({ least = 0 }: { readonly least?: 0 | 1 } = {}): readonly string[] {
    const { value } = this;
    if (!Array.isArray(value) || value.length < least)
      this.fail(`${this.name} must be a list${least > 0 ? " that isn't empty" : ""}.`);
    return this.list().map((each) => each.text());
  }

  text(): string {
    const { value } = this;
    return typeof value === "string" && value.trim() !== "" ? value : this.fail(`${this.name} must be a text that isn't empty.`);
  }

  flag(): boolean {
    return typeof this.value === "boolean" ? this.value : this.fail(`${this.name} must be true or false.`);
  }

  /** The one value that may stand here. */
  must(value: number): void {
    if (this.value !== value) this.fail(`${this.name} must be ${value}.`);
  }

  get isNull(): boolean {
    return this.value === null;
  }

  private part(step: string | number, value: unknown): JsonPart {
    return new JsonPart(this.file, value, [...this.way, step]);
  }

  private get lines(): readonly number[] {
    return this.file.lines.get(wayKey(this.way)) ?? [1];
  }

  /** `exemptions[0].reason` */
  get name(): string {
    const steps = this.way.map((step) =>
      typeof step === "number" ? `[${step}]` : `.${/^\w+$/.test(step) ? step : JSON.stringify(step)}`,
    );
    return steps.join("").replace(/^\./, "") || "the file";
  }

  /** Refuses the file for what stands here. */
  fail(what: string): never {
    const { path, hint } = this.file;
    throw new AzoraError("INVALID_INPUT", `${path}:${this.lines.at(-1)}: ${what}`, { hint });
  }
}
