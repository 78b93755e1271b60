import { randomBytes } from "node:crypto";
import { fingerprint } from "../support/fingerprint.js";
import { plant, type Records } from "../support/sample.js";
import type { TestTenant, World } from "../support/world.js";

/** A model of a client without its types: an attacker isn't held back by a compiler. */
export type LooseModel = Record<string, (args?: object) => Promise<unknown>>;

export interface LooseClient {
  readonly user: LooseModel;
  readonly document: LooseModel;
  readonly documentRevision: LooseModel;
  readonly batch: LooseModel;
  readonly testResult: LooseModel;
  readonly nonconformance: LooseModel;
  readonly correctiveAction: LooseModel;
  readonly auditLog: LooseModel;
  readonly account: LooseModel;
  $queryRawUnsafe(sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]>;
  $executeRawUnsafe(sql: string, ...values: unknown[]): Promise<number>;
  $transaction<R>(run: (tx: LooseClient) => Promise<R>): Promise<R>;
  $extends(extension: object): LooseClient;
}

/** What an attack has at hand: B's client, A's records whose ids B knows, and B's own. */
export class Scene {
  private constructor(
    readonly world: World,
    readonly victim: Records & { readonly accountId: string },
    readonly own: Records & { readonly accountId: string },
  ) {}

  static async set(world: World): Promise<Scene> {
    const records = async (tenant: TestTenant) => ({
      ...(await plant(world, tenant.id, `S${randomBytes(6).toString("hex")}`)),
      accountId: tenant.id,
    });
    return new Scene(world, await records(world.a), await records(world.b));
  }

  /** B's client. */
  get b(): LooseClient {
    return this.world.db(this.world.b, "mallory") as unknown as LooseClient;
  }

  /** A's own client: the victim at work. */
  get a(): LooseClient {
    return this.world.db(this.world.a, "alice") as unknown as LooseClient;
  }

  /** A unique key as Prisma wants it, naming A's account in spite of the client's types. */
  key(id: string): object {
    return { accountId_id: { accountId: this.victim.accountId, id } };
  }

  /** Whether a text of the victim's stands in an answer, or in the message of an error. */
  saw(answer: unknown): boolean {
    const text = answer instanceof Error ? `${answer.message} ${String(answer.cause)}` : stringify(answer);
    return text.includes(`${this.victim.marker} text`);
  }

  /** Runs an attempt and tells whether it brought the victim's texts to light. */
  async read(attempt: Promise<unknown>): Promise<boolean> {
    return this.saw(await outcome(attempt));
  }
}

/** What a promise came to: its value, or its error as a value. */
export async function outcome(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    (value) => value,
    (error: unknown) => error,
  );
}

/** Whether an attempt came to an end without an error. */
export async function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  return !((await outcome(attempt)) instanceof Error);
}

/** Whether the victim's rows differ after `run` from what they were before. */
export async function changes(world: World, run: () => Promise<boolean>): Promise<boolean> {
  const before = await fingerprint(world, world.a.id);
  const leaked = await run();
  const after = await fingerprint(world, world.a.id);
  return leaked || JSON.stringify(before) !== JSON.stringify(after);
}

function stringify(value: unknown): string {
  return JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? String(inner) : inner)) ?? "";
}
