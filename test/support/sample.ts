import { randomUUID } from "node:crypto";
import { signContext } from "../../src/tenant-plane/context.js";
import { onTenantLogin } from "./bare-connection.js";
import type { World } from "./world.js";

/** Ids of one linked set of records: every table that a tenant works in has one. */
export interface Records {
  readonly marker: string;
  readonly userId: string;
  readonly documentId: string;
  readonly number: string;
  /** A document that nothing refers to. */
  readonly looseDocumentId: string;
  readonly revisionId: string;
  readonly batchId: string;
  readonly testResultId: string;
  readonly nonconformanceId: string;
  readonly actionId: string;
}

/**
 * Makes a linked set of records in a tenant, in one statement. Every text in it holds the
 * marker, so that a test can tell whose rows an answer was made of.
 */
export async function plant(world: Pick<World, "engine" | "contextKey">, accountId: string, marker: string): Promise<Records> {
  const ids = Array.from({ length: 8 }, () => randomUUID());
  const number = `${marker}-${randomUUID().slice(0, 8)}`;
  await onTenantLogin(world, async (client) => {
    const token = signContext(world.contextKey, { accountId, actor: "keeper" }, Date.now() / 1000 + 60);
    await client.query(world.engine.setContext, [token]);
    await client.query(PLANT, [...ids, number, `${marker} text`]);
  });
  const [userId, documentId, looseDocumentId, revisionId, batchId, testResultId, nonconformanceId, actionId] = ids as Ids;
  return { marker, number, userId, documentId, looseDocumentId, revisionId, batchId, testResultId, nonconformanceId, actionId };
}

type Ids = [string, string, string, string, string, string, string, string];

const PLANT = `
  WITH u AS (INSERT INTO tenant.users (id, email, name) VALUES ($1::uuid, lower($9) || '@example.test', $10)),
  d AS (INSERT INTO tenant.documents (id, number, title, owner_id)
        VALUES ($2::uuid, $9, $10, $1::uuid), ($3::uuid, $9 || '-loose', $10, NULL)),
  r AS (INSERT INTO tenant.document_revisions (id, document_id, revision, summary, body, author_id)
        VALUES ($4::uuid, $2::uuid, 1, $10, $10, $1::uuid)),
  b AS (INSERT INTO tenant.batches (id, number, product, quantity, unit) VALUES ($5::uuid, $9, $10, 12.5, 'kg')),
  t AS (INSERT INTO tenant.test_results (id, batch_id, document_id, analyst_id, parameter, value, unit, passed)
        VALUES ($6::uuid, $5::uuid, $2::uuid, $1::uuid, $10, 6.98, 'pH', true)),
  n AS (INSERT INTO tenant.nonconformances (id, number, title, severity, batch_id, document_id, reported_by_id)
        VALUES ($7::uuid, $9, $10, 'major', $5::uuid, $2::uuid, $1::uuid))
  INSERT INTO tenant.corrective_actions (id, nonconformance_id, assignee_id, title) VALUES ($8::uuid, $7::uuid, $1::uuid, $10)`;
