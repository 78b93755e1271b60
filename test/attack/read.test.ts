import { type Attack, runAttacks } from "./run-attacks.js";
import type { LooseModel, Scene } from "./scene.js";

const OPEN = "policies that are true";
const OFF = "row security switched off";

/** A reading that shows a text of A's when it gets through. */
function reading(name: string, read: (scene: Scene) => Promise<unknown>, breakage: Attack["breakage"] = OPEN): Attack {
  return { name, breakage, run: (scene) => scene.read(read(scene)) };
}

/** A count or a sum that is nothing but zero when it doesn't. */
function counting(name: string, count: (scene: Scene) => Promise<unknown>): Attack {
  return {
    name,
    breakage: OPEN,
    run: async (scene) => /[1-9]/.test(JSON.stringify(await count(scene))),
  };
}

function call(model: LooseModel, method: string, args?: object): Promise<unknown> {
  return (model[method] as LooseModel[string])(args);
}

runAttacks("reading through a client's methods", [
  reading("findMany without a filter", ({ b }) => call(b.document, "findMany")),
  reading(
    "findMany of a login that bypasses policies",
    ({ b }) => call(b.document, "findMany"),
    "a runtime login with BYPASSRLS",
  ),
  reading("findFirst by A's id", ({ b, victim }) => call(b.document, "findFirst", { where: { id: victim.documentId } }), OFF),
  reading("findUnique by A's id, with A's account named", (scene) =>
    call(scene.b.document, "findUnique", { where: scene.key(scene.victim.documentId) }),
  ),
  reading("findUniqueOrThrow by a number of A's", ({ b, victim: { accountId, number } }) =>
    call(b.document, "findUniqueOrThrow", { where: { accountId_number: { accountId, number } } }),
  ),
  reading("a filter that names A's account", ({ b, victim: { accountId } }) =>
    call(b.user, "findMany", { where: { accountId } }),
  ),
  reading("a filter through a relation", ({ b, victim }) =>
    call(b.user, "findMany", { where: { documents: { some: { id: victim.documentId } } } }),
  ),
  reading("a cursor on A's row", (scene) =>
    call(scene.b.document, "findMany", { cursor: scene.key(scene.victim.documentId), take: 5, orderBy: { id: "asc" } }),
  ),
  reading("an include from A's row down to its relations", (scene) =>
    call(scene.b.nonconformance, "findMany", {
      where: { id: scene.victim.nonconformanceId },
      include: { document: { include: { revisions: true } }, batch: true },
    }),
  ),
  reading("groupBy over texts", ({ b }) => call(b.document, "groupBy", { by: ["title"], _count: true })),
  reading("the smallest and largest of a text", ({ b, victim: { accountId, userId } }) =>
    call(b.user, "aggregate", { where: { accountId, id: userId }, _min: { name: true }, _max: { name: true } }),
  ),
  reading("A's audit log, which holds every text ever written", ({ b, victim }) =>
    call(b.auditLog, "findMany", { where: { accountId: victim.accountId, rowId: victim.documentId } }),
  ),
  reading("the unscoped client behind an extension", ({ b }) => {
    const { $parent } = b.$extends({ name: "wrapper" }) as unknown as { $parent: typeof b };
    return call($parent.document, "findMany");
  }),
  reading("an interactive transaction", ({ b }) => b.$transaction((tx) => call(tx.document, "findMany"))),
  counting("count by A's id", ({ b, victim }) => call(b.document, "count", { where: { id: victim.documentId } })),
  counting("a sum over A's batch", ({ b, victim }) =>
    call(b.batch, "aggregate", { where: { number: victim.number }, _sum: { quantity: true } }).then((sum) => [sum]),
  ),
  counting("_count of relations of A's row", (scene) =>
    call(scene.b.user, "findMany", {
      where: { id: scene.victim.userId },
      select: { _count: { select: { documents: true } } },
    }),
  ),
  {
    name: "the accounts of others",
    breakage: "an accounts policy that is true",
    run: async ({ b, victim }) => JSON.stringify(await call(b.account, "findMany")).includes(victim.accountId),
  },
  {
    name: "findUnique by two contexts in one tick",
    breakage: "one client for two contexts",
    run: async (scene) => {
      const args = { where: scene.key(scene.victim.documentId) };
      const [, b] = await Promise.all([call(scene.a.document, "findUnique", args), call(scene.b.document, "findUnique", args)]);
      return scene.saw(b);
    },
  },
]);
