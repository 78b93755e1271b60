import { expect } from "vitest";
import { outcome } from "../../attack/scene.js";
import { fingerprint } from "../../support/fingerprint.js";
import type { TestTenant, World } from "../../support/world.js";
import { type Case, plainHand, tenantHand } from "./hand.js";
import { seed } from "./seed.js";
import { labels, normal, stateOf } from "./state.js";

/**
 * Three tenants that start with the same rows, but for ids. Whatever a tenant's client does
 * in the first, Prisma's own client does in the second, with the account written by hand;
 * answers and rows have to come out alike, and the third has to stay as it was.
 */
export class Twins {
  private constructor(
    readonly world: World,
    readonly scoped: TestTenant,
    readonly plain: TestTenant,
    readonly other: TestTenant,
  ) {}

  static async make(world: World): Promise<Twins> {
    const [scoped, plain, other] = [await world.newTenant(), await world.newTenant(), await world.newTenant()];
    for (const tenant of [scoped, plain, other]) await seed(world, tenant);
    return new Twins(world, scoped, plain, other);
  }

  /** Makes a case in both; it must come to an end without an error. */
  async agree(run: Case): Promise<void> {
    const [answer, expected] = await this.#both(run);
    if (answer instanceof Error) throw answer;
    expect(expected).not.toBeInstanceOf(Error);
    await this.#compare(answer, expected);
  }

  /** Makes a case in both; Prisma must refuse it in both, with the same error. */
  async refuse(run: Case): Promise<void> {
    const [answer, expected] = (await this.#both(run)) as [RefusedBy, RefusedBy];
    expect(expected).toBeInstanceOf(Error);
    expect({ name: answer.name, code: answer.code }).toEqual({ name: expected.name, code: expected.code });
    expect(await stateOf(this.world, this.scoped)).toEqual(await stateOf(this.world, this.plain));
  }

  /** Whether a case has the same outcome in both. */
  async differ(run: Case): Promise<boolean> {
    const [answer, expected] = await this.#both(run);
    const [mine, theirs] = [await this.#normal(this.scoped, answer), await this.#normal(this.plain, expected)];
    if (JSON.stringify(mine) !== JSON.stringify(theirs)) return true;
    const [one, two] = [await stateOf(this.world, this.scoped), await stateOf(this.world, this.plain)];
    return JSON.stringify(one) !== JSON.stringify(two);
  }

  async #both(run: Case): Promise<[unknown, unknown]> {
    const before = await fingerprint(this.world, this.other.id, true);
    const answer = await outcome(run(tenantHand(this.world, this.scoped)));
    // In an intact world only; where policies are broken on purpose, the caller looks for just this.
    const after = await fingerprint(this.world, this.other.id, true);
    const expected = await outcome(run(plainHand(this.world, this.plain)));
    return JSON.stringify(after) === JSON.stringify(before)
      ? [answer, expected]
      : [new Error("Another tenant's rows were changed."), expected];
  }

  async #compare(answer: unknown, expected: unknown): Promise<void> {
    expect(await this.#normal(this.scoped, answer)).toEqual(await this.#normal(this.plain, expected));
    expect(await stateOf(this.world, this.scoped)).toEqual(await stateOf(this.world, this.plain));
  }

  async #normal(tenant: TestTenant, answer: unknown): Promise<unknown> {
    return normal(answer instanceof Error ? { error: answer.name } : answer, await labels(this.world, tenant));
  }
}

type RefusedBy = Error & { readonly code?: string };
