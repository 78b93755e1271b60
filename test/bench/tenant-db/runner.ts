import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { RoundRequest, RoundResult, StartRequest, TrialRequest, TrialResult } from "./contender-process.js";

const PROGRAM = fileURLToPath(new URL("./contender-process.ts", import.meta.url));

/** A contender's process, as the bench commands it. */
export class Runner {
  private constructor(private readonly child: ChildProcess) {}

  static async start(request: StartRequest): Promise<Runner> {
    const runner = new Runner(fork(PROGRAM));
    await runner.#ask(request);
    return runner;
  }

  /** @throws Error when the process ends before it answers */
  async round(request: RoundRequest): Promise<RoundResult> {
    return (await this.#ask(request)) as RoundResult;
  }

  async trial(request: TrialRequest): Promise<TrialResult> {
    return (await this.#ask(request)) as TrialResult;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.disconnect();
    await ended;
  }

  async #ask(request: StartRequest | TrialRequest | RoundRequest): Promise<unknown> {
    const { child } = this;
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        child.off("message", answered).off("exit", ended);
        then();
      };
      const answered = (message: unknown) => settle(() => resolve(message));
      const ended = (code: number | null) => settle(() => reject(new Error(`A contender's process ended with ${code}.`)));
      child.on("message", answered).on("exit", ended);
      child.send(request);
    });
  }
}
