import { randomUUID } from "node:crypto";
import { type Attack, runAttacks } from "./run-attacks.js";
import { type LooseClient, type LooseModel, outcome, type Scene, succeeds } from "./scene.js";

const FOREIGN_KEY = "foreign keys of one column";
const UNIQUE = "keys that span accounts";

function call(model: LooseModel, method: string, args: object): Promise<unknown> {
  return (model[method] as LooseModel[string])(args);
}

/** An error without what differs from call to call: ids, positions in this file. */
function gist(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return `${code} ${message}`.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<id>");
}

/** Tries something with an id of A's and with one that nobody has: an oracle answers differently. */
function oracle(
  name: string,
  breakage: Attack["breakage"],
  known: (scene: Scene) => string,
  ask: (b: LooseClient, id: string) => Promise<unknown>,
): Attack {
  return {
    name,
    breakage,
    run: async (scene) => {
      const answers = [known(scene), randomUUID()].map(async (id) => gist(await outcome(ask(scene.b, id))));
      const [ofA, ofNobody] = await Promise.all(answers);
      return ofA !== ofNobody;
    },
  };
}

const revision = (documentId: string) => ({ documentId, revision: 9, summary: "probe" });

runAttacks("finding out through constraints what another tenant has", [
  oracle(
    "a foreign key to A's document",
    FOREIGN_KEY,
    ({ victim }) => victim.documentId,
    (b, documentId) => call(b.documentRevision, "create", { data: revision(documentId) }),
  ),
  oracle(
    "a raw foreign key to A's user",
    FOREIGN_KEY,
    ({ victim }) => victim.userId,
    (b, id) =>
      b.$executeRawUnsafe(
        "INSERT INTO tenant.documents (number, title, owner_id) VALUES (gen_random_uuid()::text, 'probe', $1::uuid)",
        id,
      ),
  ),
  oracle(
    "an update that points at A's user",
    FOREIGN_KEY,
    ({ victim }) => victim.userId,
    (b, ownerId) => call(b.document, "updateMany", { data: { ownerId } }),
  ),
  oracle(
    "a connect to A's user by B's account",
    FOREIGN_KEY,
    ({ victim }) => victim.userId,
    (b, id) => b.$executeRawUnsafe("UPDATE tenant.documents SET owner_id = $1::uuid WHERE true", id),
  ),
  oracle(
    "a row with A's account",
    "policies that are true",
    ({ victim }) => victim.accountId,
    (b, accountId) => call(b.document, "create", { data: { accountId, number: randomUUID(), title: "probe" } }),
  ),
  {
    name: "a reference into A, and what hangs on it",
    breakage: FOREIGN_KEY,
    run: ({ b, victim }) => succeeds(call(b.documentRevision, "create", { data: revision(victim.documentId) })),
  },
  {
    name: "a number that A has is refused to B",
    breakage: UNIQUE,
    run: async ({ b, victim: { number } }) => !(await succeeds(call(b.document, "create", { data: { number, title: "probe" } }))),
  },
  {
    name: "an id that A has is refused to B",
    breakage: UNIQUE,
    run: async ({ b, victim: { documentId: id } }) =>
      !(await succeeds(call(b.document, "create", { data: { id, number: randomUUID(), title: "probe" } }))),
  },
  {
    name: "skipDuplicates tells by its count",
    breakage: UNIQUE,
    run: async ({ b, victim: { number } }) => {
      const made = await call(b.document, "createMany", { data: [{ number, title: "probe" }], skipDuplicates: true });
      return (made as { count: number }).count === 0;
    },
  },
  {
    name: "ON CONFLICT DO NOTHING tells by its count",
    breakage: UNIQUE,
    run: async ({ b, victim: { number } }) =>
      (await b.$executeRawUnsafe(
        "INSERT INTO tenant.documents (number, title) VALUES ($1, 'probe') ON CONFLICT DO NOTHING",
        number,
      )) === 0,
  },
  {
    name: "an upsert that ends otherwise than with a new row",
    breakage: UNIQUE,
    run: async ({ b, own, victim: { number } }) => {
      const where = { accountId_number: { accountId: own.accountId, number } };
      return !(await succeeds(call(b.document, "upsert", { where, update: {}, create: { number, title: "probe" } })));
    },
  },
]);
