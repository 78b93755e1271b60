import { randomUUID } from "node:crypto";
import type { TenantClient } from "../../src/tenant-plane/tenant-client.js";

/** Ids of one linked set of records: every table that a tenant works in has one. */
export interface Records {
  readonly marker: string;
  readonly userId: string;
  readonly documentId: string;
  readonly number: string;
  readonly revisionId: string;
  readonly batchId: string;
  readonly testResultId: string;
  readonly nonconformanceId: string;
  readonly actionId: string;
}

/**
 * Makes a linked set of records in a tenant. Every text in it holds the marker, so that a
 * test can tell whose rows an answer was made of.
 */
export async function plant(db: TenantClient, marker: string): Promise<Records> {
  const ids = {
    userId: randomUUID(),
    documentId: randomUUID(),
    revisionId: randomUUID(),
    batchId: randomUUID(),
    testResultId: randomUUID(),
    nonconformanceId: randomUUID(),
    actionId: randomUUID(),
  };
  const { userId, documentId, revisionId, batchId, testResultId, nonconformanceId, actionId } = ids;
  const number = `${marker}-${randomUUID().slice(0, 8)}`;
  const text = `${marker} text`;
  await db.$transaction([
    db.user.create({ data: { id: userId, email: `${number.toLowerCase()}@example.test`, name: text } }),
    db.document.create({ data: { id: documentId, number, title: text, ownerId: userId } }),
    db.documentRevision.create({
      data: { id: revisionId, documentId, revision: 1, summary: text, body: text, authorId: userId },
    }),
    db.batch.create({ data: { id: batchId, number, product: text, quantity: "12.5", unit: "kg" } }),
    db.testResult.create({
      data: {
        id: testResultId,
        batchId,
        documentId,
        analystId: userId,
        parameter: text,
        value: "6.98",
        unit: "pH",
        passed: true,
      },
    }),
    db.nonconformance.create({
      data: { id: nonconformanceId, number, title: text, severity: "major", batchId, documentId, reportedById: userId },
    }),
    db.correctiveAction.create({ data: { id: actionId, nonconformanceId, assigneeId: userId, title: text } }),
  ]);
  return { marker, number, ...ids };
}
