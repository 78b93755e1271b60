import { randomUUID } from "node:crypto";
import { type Attack, runAttacks } from "./run-attacks.js";
import { type LooseModel, outcome, type Scene } from "./scene.js";

const OPEN = "policies that are true";
const MOVE = "policies that are true and rows that may move";

/** A write; whether it reached A is seen by comparing A's rows before and after. */
function writing(name: string, write: (scene: Scene) => Promise<unknown>, breakage: Attack["breakage"] = OPEN): Attack {
  return {
    name,
    breakage,
    run: async (scene) => {
      await outcome(write(scene));
      return false;
    },
  };
}

function call(model: LooseModel, method: string, args: object): Promise<unknown> {
  return (model[method] as LooseModel[string])(args);
}

const text = () => ({ number: `planted-${randomUUID()}`, title: "planted" });

/** Inserting into another tenant. */
const inserting: Attack[] = [
  writing("create with A's account", ({ b, victim: { accountId } }) =>
    call(b.document, "create", { data: { accountId, ...text() } }),
  ),
  writing(
    "create with A's account, past switched-off row security",
    ({ b, victim: { accountId } }) => call(b.document, "create", { data: { accountId, ...text() } }),
    "row security switched off",
  ),
  writing("createMany with A's account", ({ b, victim: { accountId } }) =>
    call(b.document, "createMany", { data: [text(), { accountId, ...text() }] }),
  ),
  writing("createManyAndReturn with A's account", ({ b, victim: { accountId } }) =>
    call(b.document, "createManyAndReturn", { data: [{ accountId, ...text() }] }),
  ),
  writing("create connected to A's account", ({ b, victim: { accountId } }) =>
    call(b.document, "create", { data: { ...text(), account: { connect: { id: accountId } } } }),
  ),
  writing("create under A's parent, A's account named", ({ b, victim: { accountId, documentId } }) =>
    call(b.documentRevision, "create", { data: { accountId, documentId, revision: 7, summary: "planted" } }),
  ),
  writing("nested create below A's row", (scene) =>
    call(scene.b.document, "update", {
      where: scene.key(scene.victim.documentId),
      data: { revisions: { create: { revision: 8, summary: "planted" } } },
    }),
  ),
  writing("connectOrCreate to A's user", (scene) =>
    call(scene.b.document, "create", {
      data: {
        ...text(),
        owner: {
          connectOrCreate: {
            where: scene.key(scene.victim.userId),
            create: { email: `planted-${randomUUID()}@example.test`, name: "planted" },
          },
        },
      },
    }),
  ),
  writing("raw INSERT with A's account", ({ b, victim: { accountId } }) =>
    b.$executeRawUnsafe(
      "INSERT INTO tenant.documents (account_id, number, title) VALUES ($1::uuid, $2, 'planted')",
      accountId,
      randomUUID(),
    ),
  ),
  writing(
    "raw INSERT of an audit line",
    ({ b, victim: { accountId } }) =>
      b.$executeRawUnsafe(
        "INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id) VALUES ($1::uuid, 'alice', 'delete', 'documents', '1')",
        accountId,
      ),
    "a runtime login that is a superuser",
  ),
];

/** Changing another tenant's rows. */
const changing: Attack[] = [
  writing("update by A's id", (scene) =>
    call(scene.b.document, "update", { where: scene.key(scene.victim.documentId), data: { title: "taken" } }),
  ),
  writing("updateMany by A's id", ({ b, victim }) =>
    call(b.document, "updateMany", { where: { id: victim.documentId }, data: { title: "taken" } }),
  ),
  writing("updateMany of everything", ({ b }) => call(b.document, "updateMany", { data: { title: "taken" } })),
  writing("upsert on A's number", ({ b, victim: { accountId, number } }) =>
    call(b.document, "upsert", {
      where: { accountId_number: { accountId, number } },
      update: { title: "taken" },
      create: text(),
    }),
  ),
  writing("nested update from A's parent", (scene) =>
    call(scene.b.document, "update", {
      where: scene.key(scene.victim.documentId),
      data: { revisions: { updateMany: { where: {}, data: { body: "taken" } } } },
    }),
  ),
  writing("raw UPDATE of A's row", ({ b, victim }) =>
    b.$executeRawUnsafe("UPDATE tenant.documents SET title = 'taken' WHERE id = $1::uuid", victim.documentId),
  ),
  writing("raw MERGE into A's row", ({ b, victim }) =>
    b.$executeRawUnsafe(
      `MERGE INTO tenant.documents d USING (SELECT $1::uuid AS id) s ON d.id = s.id WHEN MATCHED THEN UPDATE SET title = 'taken'`,
      victim.documentId,
    ),
  ),
  writing("raw INSERT … ON CONFLICT DO UPDATE on A's key", ({ b, victim: { accountId, documentId } }) =>
    b.$executeRawUnsafe(
      `INSERT INTO tenant.documents (account_id, id, number, title) VALUES ($1::uuid, $2::uuid, $3, 'planted')
       ON CONFLICT (account_id, id) DO UPDATE SET title = 'taken'`,
      accountId,
      documentId,
      randomUUID(),
    ),
  ),
  writing(
    "connect of A's document to B's user, which would carry it over",
    (scene) =>
      call(scene.b.user, "update", {
        where: { id: scene.own.userId },
        data: { documents: { connect: scene.key(scene.victim.looseDocumentId) } },
      }),
    MOVE,
  ),
  writing(
    "set of B's documents to A's",
    async (scene) => {
      const { id } = (await call(scene.b.user, "create", { data: { email: `${randomUUID()}@example.test`, name: "x" } })) as {
        id: string;
      };
      await call(scene.b.user, "update", {
        where: { id },
        data: { documents: { set: [scene.key(scene.victim.looseDocumentId)] } },
      });
    },
    MOVE,
  ),
  writing(
    "an own row moved into A's account",
    async ({ b, victim: { accountId } }) => {
      const { id } = (await call(b.batch, "create", {
        data: { number: randomUUID(), product: "x", quantity: 1, unit: "kg" },
      })) as { id: string };
      await call(b.batch, "update", { where: { id }, data: { accountId } });
    },
    MOVE,
  ),
  writing(
    "a raw move of every own batch into A's account",
    async ({ b, victim: { accountId } }) => {
      const { id } = (await call(b.batch, "create", {
        data: { number: randomUUID(), product: "x", quantity: 1, unit: "kg" },
      })) as { id: string };
      await b.$executeRawUnsafe("UPDATE tenant.batches SET account_id = $1::uuid WHERE id = $2::uuid", accountId, id);
    },
    MOVE,
  ),
];

/** Deleting another tenant's rows. */
const deleting: Attack[] = [
  writing("delete by A's id", (scene) => call(scene.b.correctiveAction, "delete", { where: scene.key(scene.victim.actionId) })),
  writing("deleteMany by A's id", ({ b, victim }) => call(b.correctiveAction, "deleteMany", { where: { id: victim.actionId } })),
  writing("nested delete from A's parent", (scene) =>
    call(scene.b.nonconformance, "update", {
      where: scene.key(scene.victim.nonconformanceId),
      data: { correctiveActions: { deleteMany: {} } },
    }),
  ),
  writing("raw DELETE of A's row", ({ b, victim }) =>
    b.$executeRawUnsafe("DELETE FROM tenant.corrective_actions WHERE id = $1::uuid", victim.actionId),
  ),
  writing(
    "raw TRUNCATE",
    ({ b }) => b.$executeRawUnsafe("TRUNCATE tenant.corrective_actions"),
    "TRUNCATE granted and not refused",
  ),
  writing("deleteMany of everything", ({ b }) => call(b.correctiveAction, "deleteMany", {})),
];

// One call: each world, intact or broken, is made once for all of them.
runAttacks("writing into another tenant", [...inserting, ...changing, ...deleting]);
