import { randomInt, randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { fingerprint } from "../support/fingerprint.js";
import { describeOnBothEngines } from "../support/world.js";
import { breakages } from "./breakages.js";
import { type LooseModel, outcome, Scene } from "./scene.js";

const MODELS = ["document", "user", "batch", "documentRevision", "nonconformance"] as const;
const READS = ["findMany", "findFirst", "findUnique", "count", "groupBy"] as const;
const WRITES = ["create", "createMany", "update", "updateMany", "upsert", "delete", "deleteMany"] as const;

type Model = (typeof MODELS)[number];
interface Call {
  readonly model: Model;
  readonly method: string;
  readonly args: object;
}

/** Any call that B could write, made of A's ids and B's own, with and without the account named. */
function calls({ victim, own }: Scene): fc.Arbitrary<Call> {
  const account = fc.constantFrom(victim.accountId, own.accountId, undefined);
  const idOf = (records: typeof victim): Record<Model, string> => ({
    document: records.documentId,
    user: records.userId,
    batch: records.batchId,
    documentRevision: records.revisionId,
    nonconformance: records.nonconformanceId,
  });
  const text = {
    document: "title",
    user: "name",
    batch: "product",
    documentRevision: "summary",
    nonconformance: "title",
  } as const;
  const rest = (model: Model, records: typeof victim): object =>
    ({
      document: { number: randomUUID(), title: "any", ownerId: records.userId },
      user: { email: `${randomUUID()}@example.test`, name: "any" },
      batch: { number: randomUUID(), product: "any", quantity: 1, unit: "kg" },
      documentRevision: { documentId: records.documentId, revision: randomInt(1e6), summary: "any" },
      nonconformance: { number: randomUUID(), title: "any", severity: "minor", batchId: records.batchId },
    })[model];

  return fc
    .record({
      model: fc.constantFrom(...MODELS),
      method: fc.constantFrom(...READS, ...WRITES),
      target: fc.constantFrom(victim, own),
      linked: fc.constantFrom(victim, own),
      account,
      everything: fc.boolean(),
    })
    .map(({ model, method, target, linked, account: accountId, everything }) => {
      const id = idOf(target)[model];
      const unique = accountId ? { accountId_id: { accountId, id } } : { id };
      const where = everything ? {} : { ...(accountId && { accountId }), id };
      const create = { ...(accountId && { accountId }), ...rest(model, linked) };
      const update = { [text[model]]: "any" };
      const args: Record<string, object> = {
        findMany: { where },
        findFirst: { where },
        findUnique: { where: unique },
        count: { where },
        groupBy: { by: ["accountId"], where },
        create: { data: create },
        createMany: { data: [create], skipDuplicates: everything },
        update: { where: unique, data: everything ? { ...update, accountId: victim.accountId } : update },
        updateMany: { where, data: update },
        upsert: { where: unique, create, update },
        delete: { where: unique },
        deleteMany: { where },
      };
      return { model, method, args: args[method] as object };
    });
}

// Calls that nobody thought of: a few of them in a row, as a caller would write them.
describeOnBothEngines("any operation of a tenant", (world) => {
  const attempt = async (scene: Scene, { model, method, args }: Call) => {
    const answer = await outcome((scene.b[model] as LooseModel)[method]?.(args) as Promise<unknown>);
    return `${JSON.stringify(answer)} ${answer instanceof Error ? answer.message : ""}`;
  };

  it("shows and changes rows of its own account alone", async () => {
    const scene = await Scene.set(world());
    const { victim } = scene;
    const before = await fingerprint(world(), victim.accountId);
    await fc.assert(
      fc.asyncProperty(calls(scene), async (call) => {
        const answer = await attempt(scene, call);
        // An error repeats the arguments; a row of A's shows by a text that no argument holds.
        expect(answer).not.toContain(`${victim.marker} text`);
        expect(await fingerprint(world(), victim.accountId)).toEqual(before);
      }),
      { numRuns: 150 },
    );
  });

  it("would be caught, with the policies broken", async () => {
    await breakages["policies that are true"](world());
    const scene = await Scene.set(world());
    const before = JSON.stringify(await fingerprint(world(), scene.victim.accountId));
    const result = await fc.check(
      fc.asyncProperty(calls(scene), async (call) => {
        const answer = await attempt(scene, call);
        const after = JSON.stringify(await fingerprint(world(), scene.victim.accountId));
        return !answer.includes(`${scene.victim.marker} text`) && after === before;
      }),
      { numRuns: 150, endOnFailure: true },
    );
    expect(result.failed).toBe(true);
  });
});
