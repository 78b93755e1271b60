import type { TenantClient } from "../../tenant-plane/tenant-client.js";
import type { Stage } from "../stage.js";
import { fingerprint, tenantTables } from "../tables.js";
import type { Cast } from "./tenants.js";

/** Numbers that A has; SOP-014 is the number of a document in every tenant. */
const DOCUMENT = "SOP-014";
const BATCH = "B-26-111";

interface Target {
  readonly documentId: string;
  readonly batchId: string;
}

/** B knows the ids of A's rows, the worst case, and tries what a client and SQL can do with them. */
export async function tryOtherTenant(stage: Stage, { a, b }: Cast): Promise<void> {
  stage.report({
    kind: "chapter",
    number: 4,
    title: `${b.sample.name} tries to look at ${a.sample.name}`,
    why: "B even knows the ids of A's rows. Through the client and in raw SQL alike, PostgreSQL shows B's rows and takes B's rows, no others.",
  });
  const dbOfA = stage.open(a);
  const dbOfB = stage.open(b);
  const target = await findTarget(dbOfA);
  const before = await recordsOf(stage, a.id);
  await stage.attempt(
    {
      by: a.part,
      tries: "reads its own document, to show that it is there",
      statement: `a.document.findUnique({ where: { id: "${target.documentId}" } })`,
      promised: "reached",
    },
    async () => found(await dbOfA.document.findUnique({ where: { id: target.documentId } })),
  );
  const by = b.part;
  await throughTheClient(stage, dbOfB, by, target);
  await inRawSql(stage, dbOfB, by, a.id, target);
  const after = await recordsOf(stage, a.id);
  stage.check(after.sha256 === before.sha256, "A's records are the same row for row", "they changed");
  stage.report({ kind: "done", what: `A's ${after.rows} records after all that: the same, row for row` });
  const title = await Promise.all([dbOfA, dbOfB].map((db) => titleOf(db)));
  stage.check(title[0] !== title[1], `${DOCUMENT} is a document of each tenant's own`, String(title[0]));
  stage.report({ kind: "done", what: `Both have a document ${DOCUMENT}: A reads "${title[0]}", B reads "${title[1]}"` });
}

async function throughTheClient(stage: Stage, db: TenantClient, by: string, { documentId, batchId }: Target): Promise<void> {
  await stage.attempt(
    {
      by,
      tries: "reads A's document by its id",
      statement: `b.document.findUnique({ where: { id: "${documentId}" } })`,
      promised: "nothing",
    },
    async () => found(await db.document.findUnique({ where: { id: documentId } })),
  );
  await stage.attempt(
    {
      by,
      tries: "searches for it among everything",
      statement: `b.document.findMany({ where: { id: "${documentId}" } })`,
      promised: "nothing",
    },
    async () => found(await db.document.findMany({ where: { id: documentId } })),
  );
  await stage.attempt(
    {
      by,
      tries: "hangs a non-conformance on A's batch",
      statement: `b.nonconformance.create({ data: { number: "NC-X", title: "-", severity: "minor", batch: { connect: { id: "${batchId}" } } } })`,
      promised: { refused: ["P2025"] },
    },
    async () =>
      found(
        await db.nonconformance.create({
          data: { number: "NC-X", title: "-", severity: "minor", batch: { connect: { id: batchId } } },
        }),
      ),
  );
  await stage.attempt(
    {
      by,
      tries: "deletes A's document",
      statement: `b.document.delete({ where: { id: "${documentId}" } })`,
      promised: { refused: ["P2025"] },
    },
    async () => found(await db.document.delete({ where: { id: documentId } })),
  );
}

async function inRawSql(stage: Stage, db: TenantClient, by: string, idOfA: string, { batchId }: Target): Promise<void> {
  const read = `SELECT number, title FROM tenant.documents WHERE account_id = '${idOfA}'`;
  await stage.attempt({ by, tries: "reads A's documents in raw SQL", statement: read, promised: "nothing" }, async () =>
    // azora-ignore raw-query-unsafe: the attack itself; its ids come from the database
    found(await db.$queryRawUnsafe(read)),
  );
  const change = `UPDATE tenant.batches SET status = 'released' WHERE id = '${batchId}'`;
  await stage.attempt({ by, tries: "releases A's quarantined batch", statement: change, promised: "nothing" }, () =>
    // azora-ignore raw-query-unsafe: the attack itself; its ids come from the database
    db.$executeRawUnsafe(change),
  );
  const plant = `INSERT INTO tenant.documents (account_id, number, title) VALUES ('${idOfA}', 'SOP-666', 'Planted')`;
  await stage.attempt({ by, tries: "plants a document in A", statement: plant, promised: { refused: ["42501"] } }, () =>
    // azora-ignore raw-query-unsafe: the attack itself; its ids come from the database
    db.$executeRawUnsafe(plant),
  );
  const point = `INSERT INTO tenant.test_results (batch_id, parameter, value, unit, passed) VALUES ('${batchId}', 'pH', 7, '1', true)`;
  await stage.attempt({ by, tries: "adds a result to A's batch", statement: point, promised: { refused: ["23503"] } }, () =>
    // azora-ignore raw-query-unsafe: the attack itself; its ids come from the database
    db.$executeRawUnsafe(point),
  );
}

/** A's records, without the audit log, which its own reading lengthens. */
async function recordsOf({ owner }: Stage, id: string) {
  const tables = await tenantTables(owner);
  return fingerprint(
    owner,
    tables.filter(({ name }) => name !== "tenant.audit_log"),
    id,
  );
}

async function findTarget(db: TenantClient): Promise<Target> {
  const document = await db.document.findUniqueOrThrow({ where: { number: DOCUMENT }, select: { id: true } });
  const batch = await db.batch.findUniqueOrThrow({ where: { number: BATCH }, select: { id: true } });
  return { documentId: document.id, batchId: batch.id };
}

async function titleOf(db: TenantClient): Promise<string> {
  return (await db.document.findUniqueOrThrow({ where: { number: DOCUMENT }, select: { title: true } })).title;
}

/** How many rows a call gave. */
export function found(result: unknown): number {
  if (Array.isArray(result)) return result.length;
  return result === null || result === undefined ? 0 : 1;
}
