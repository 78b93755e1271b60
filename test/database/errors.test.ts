import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { beforeEach, expect, it } from "vitest";
import type { TenantClient } from "../../src/tenant-plane/tenant-client.js";
import { describeOnBothEngines } from "../support/world.js";

describeOnBothEngines("an error that reaches a tenant", (world) => {
  let db: TenantClient;
  let mine: { id: string; number: string };

  beforeEach(async () => {
    db = world().db(world().b);
    mine = await db.document.create({ data: { number: randomUUID(), title: "mine" } });
  });

  const errorOf = async (work: Promise<unknown>) =>
    work.then(
      () => expect.unreachable("it should have failed"),
      (error: Error & { code?: string; meta?: Record<string, unknown> }) => error,
    );
  /** All that it says, less the lines of the application's own source that Prisma shows. */
  const everythingIn = ({ message, stack: _, ...rest }: Error) =>
    message.split("\n").at(-1) + inspect(rest, { depth: 20 }).replace(/^\s+at .*$/gm, "");

  const failures: Record<string, { run: () => Promise<unknown>; code: string; says: RegExp }> = {
    "a unique key": {
      run: () => db.document.create({ data: { number: mine.number, title: "again" } }),
      code: "P2002",
      says: /fields: \(`number`\)/,
    },
    "a foreign key to nothing": {
      run: () => db.document.create({ data: { number: randomUUID(), title: "x", ownerId: randomUUID() } }),
      code: "P2003",
      says: /fields: \(`ownerId`\)/,
    },
    "a row that others refer to": {
      run: async () => {
        const user = await db.user.create({ data: { email: `${randomUUID()}@b.test`, name: "u" } });
        await db.document.update({ where: { id: mine.id }, data: { ownerId: user.id } });
        await db.user.delete({ where: { id: user.id } });
      },
      code: "P2003",
      says: /fields: \(`ownerId`\)/,
    },
    "a unique key by raw SQL": {
      run: () => db.$executeRaw`INSERT INTO tenant.documents (number, title) VALUES (${mine.number}, 'x')`,
      code: "P2010",
      says: /Code: `23505`\. Message: `A row with these values exists already\.`/,
    },
    "a row of another account": {
      run: () =>
        db.$executeRaw`INSERT INTO tenant.documents (account_id, number, title) VALUES (${world().a.id}::uuid, 'x', 'x')`,
      code: "P2010",
      says: /This would write a row of another account\./,
    },
    "a check": {
      run: async () => {
        await world().look(
          "ALTER TABLE tenant.documents DROP CONSTRAINT IF EXISTS internal_rule, ADD CONSTRAINT internal_rule CHECK (title <> 'ruled out')",
        );
        await db.document.create({ data: { number: randomUUID(), title: "ruled out" } });
      },
      code: "P2039",
      says: /These values are not allowed here\./,
    },
  };

  it.each(Object.entries(failures))("of %s has Prisma's code, its fields, and no internals", async (_, { run, code, says }) => {
    const error = await errorOf(run());
    expect(error.code).toBe(code);
    expect(error.message).toMatch(says);
    expect(everythingIn(error)).not.toMatch(
      /_key\b|_fkey\b|_pkey\b|internal_rule|constraint "|Failing row|row-level security|DETAIL/,
    );
    expect(everythingIn(error)).not.toMatch(/accountId|account_id(?!, number, title\))/);
  });

  it("says the same of another tenant's row as of one that is nowhere", async () => {
    const theirs = await world()
      .db(world().a)
      .user.create({ data: { email: `${randomUUID()}@a.test`, name: "theirs" } });
    const pointingAt = (ownerId: string) => errorOf(db.document.update({ where: { id: mine.id }, data: { ownerId } }));
    const [other, none] = [await pointingAt(theirs.id), await pointingAt(randomUUID())];
    expect({ ...other, message: other.message }).toEqual({ ...none, message: none.message });
  });

  it("in a transaction is the same", async () => {
    const error = await errorOf(db.$transaction((tx) => tx.document.create({ data: { number: mine.number, title: "again" } })));
    expect(error.code).toBe("P2002");
    expect(error.message).toMatch(/fields: \(`number`\)/);
  });
});
