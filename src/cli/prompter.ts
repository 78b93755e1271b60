import { AzoraError } from "../errors.js";

/** Questions to a person. */
export interface Prompter {
  /** No is the answer to an empty line. */
  confirm(message: string): Promise<boolean>;
  input(message: string): Promise<string>;
  /** Typed unseen. */
  secret(message: string): Promise<string>;
  select<T extends string>(message: string, choices: readonly Choice<T>[]): Promise<T>;
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly name: string;
}

/** Asks with inquirer, which is loaded with the first question. */
export function inquirerPrompter(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Prompter {
  const ask = async (question: Record<string, unknown>): Promise<unknown> => {
    const { createPromptModule } = (await import("inquirer")).default;
    try {
      const answers = await createPromptModule({ input, output })([{ ...question, name: "answer" } as never]);
      return (answers as { answer: unknown }).answer;
    } catch (error) {
      if ((error as Error).name !== "ExitPromptError") throw error;
      throw new AzoraError("INTERRUPTED", "Interrupted at the question; nothing was changed.");
    }
  };
  return {
    confirm: async (message) => (await ask({ type: "confirm", message, default: false })) === true,
    input: async (message) => String(await ask({ type: "input", message })),
    secret: async (message) => String(await ask({ type: "password", message, mask: "*" })),
    select: async <T extends string>(message: string, choices: readonly Choice<T>[]) =>
      (await ask({ type: "select", message, choices })) as T,
  };
}
