import { randomUUID } from "node:crypto";
import { beforeAll, expect, it } from "vitest";
import { outcome } from "../../attack/scene.js";
import { fingerprint } from "../../support/fingerprint.js";
import { describeOnBothEngines } from "../../support/world.js";
import { bob, KINDS, REFUSED, WRITES } from "./nested-cases.js";
import { Twins } from "./twins.js";

describeOnBothEngines("a nested write", (world) => {
  let twins: Twins;
  beforeAll(async () => {
    twins = await Twins.make(world());
  });

  it.each(Object.entries(WRITES))("%s does to its tenant what Prisma does, and nothing to another", async (_, run) => {
    await twins.agree(run);
  });

  it.each(Object.entries(REFUSED))("is refused whole for %s", async (_, run) => {
    await twins.refuse(run);
  });

  it("has met every kind that Prisma's types name", () => {
    for (const kind of Object.keys(KINDS)) {
      expect(
        Object.keys(WRITES).some((name) => new RegExp(`\\b${kind}\\b`).test(name)),
        kind,
      ).toBe(true);
    }
  });

  it("reaches no row of another tenant by its id, by any kind that takes one", async () => {
    const [theirs] = await world().look<{ id: string }>(
      "SELECT id FROM tenant.documents WHERE account_id = $1 AND number = 'D-4'",
      twins.other.id,
    );
    const [person] = await world().look<{ id: string }>(
      "SELECT id FROM tenant.users WHERE account_id = $1 AND name = 'ada'",
      twins.other.id,
    );
    const document = { id: theirs?.id as string };
    const user = { id: person?.id as string };
    const create = { number: randomUUID(), title: "mine" };
    const kinds: Readonly<Record<string, object>> = {
      connect: { connect: document },
      connectOrCreate: { connectOrCreate: { where: document, create } },
      disconnect: { disconnect: document },
      set: { set: [document] },
      update: { update: { where: document, data: { title: "reached" } } },
      upsert: { upsert: { where: document, create: { ...create, number: randomUUID() }, update: { title: "reached" } } },
      delete: { delete: document },
      updateMany: { updateMany: { where: document, data: { title: "reached" } } },
      deleteMany: { deleteMany: document },
    };
    const before = await fingerprint(world(), twins.other.id, true);
    const { user: users, document: documents } = world().db(twins.scoped) as unknown as Record<
      string,
      Record<string, (args: object) => Promise<unknown>>
    >;
    for (const [kind, documentsWrite] of Object.entries(kinds)) {
      const answer = await outcome(
        users?.update?.({ where: bob, data: { documents: documentsWrite }, include: { documents: true } }) as Promise<unknown>,
      );
      expect(JSON.stringify(answer), kind).not.toContain(`"accountId":"${twins.other.id}"`);
      expect(await fingerprint(world(), twins.other.id, true), kind).toEqual(before);
    }
    for (const owner of [
      { connect: user },
      { connectOrCreate: { where: user, create: { email: "x@people.test", name: "x" } } },
    ]) {
      const answer = await outcome(
        documents?.update?.({ where: { number: "D-1" }, data: { owner }, include: { owner: true } }) as Promise<unknown>,
      );
      expect(JSON.stringify(answer)).not.toContain(user.id);
      expect(await fingerprint(world(), twins.other.id, true)).toEqual(before);
    }
  });
});
