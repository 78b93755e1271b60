import type { TenantClient } from "../../tenant-plane/tenant-client.js";
import type { Stage } from "../stage.js";
import type { Cast } from "./tenants.js";

const BATCH = "B-26-111";
const OPEN_ISSUE = "NC-2026-033";

/** A day's work in A: a change, a report across relations, a transaction that must not go through. */
export async function work(stage: Stage, { a }: Cast): Promise<void> {
  stage.report({
    kind: "chapter",
    number: 3,
    title: `A day's work at ${a.sample.name}`,
    why: "An application works with an ordinary Prisma client. It never says which tenant it is in: the client carries that, signed.",
  });
  const db = stage.open(a);
  await stage.attempt(
    {
      by: a.part,
      tries: "takes up a non-conformance",
      statement: `db.nonconformance.update({ where: { number: "${OPEN_ISSUE}" }, data: { status: "investigating" } })`,
      promised: "reached",
    },
    async () => {
      const { status } = await db.nonconformance.update({ where: { number: OPEN_ISSUE }, data: { status: "investigating" } });
      return status === "investigating" ? 1 : 0;
    },
  );
  await showAudit(stage, db, a.user);
  await report(stage, db);
  await rollBack(stage, db);
}

/** The change is in the tenant's log without the application having written it there. */
async function showAudit(stage: Stage, db: TenantClient, actor: string): Promise<void> {
  const [entry] = await db.auditLog.findMany({ where: { operation: "update", actor, subject: "nonconformances" }, take: 1 });
  const line = `${entry?.actor} ${entry?.operation} ${entry?.subject}: ${JSON.stringify(entry?.oldValues)} → ${JSON.stringify(entry?.newValues)}`;
  stage.check(entry !== undefined, "the change stands in the tenant's audit log", "no entry");
  stage.report({ kind: "done", what: `The database wrote it down by itself: ${line}` });
}

async function report(stage: Stage, db: TenantClient): Promise<void> {
  const batches = await db.batch.findMany({
    where: { testResults: { some: { passed: false } } },
    orderBy: { number: "asc" },
    select: {
      number: true,
      status: true,
      testResults: {
        where: { passed: false },
        orderBy: { testedAt: "asc" },
        select: { parameter: true, value: true, unit: true, lowerLimit: true, upperLimit: true },
      },
      nonconformances: { select: { number: true, status: true, correctiveActions: { select: { status: true } } } },
    },
  });
  const rows = batches.map(({ number, status, testResults, nonconformances }) => [
    number,
    status,
    testResults.map(({ parameter, value, unit }) => `${parameter} ${value} ${unit}`).join(", "),
    nonconformances.map((nonconformance) => `${nonconformance.number} ${nonconformance.status}`).join(", "),
    nonconformances.flatMap(({ correctiveActions }) => correctiveActions).filter((action) => action.status !== "verified").length,
  ]);
  stage.check(rows.length > 0, "the report finds batches with failing results", "none");
  stage.report({ kind: "done", what: "Batches with a failing result, their non-conformances and what is still to do:" });
  stage.report({ kind: "table", head: ["batch", "status", "failing result", "non-conformance", "open actions"], rows });
}

class StillFailing extends Error {}

/** Release of a batch, stopped half way: not a trace of it may stay. */
async function rollBack(stage: Stage, db: TenantClient): Promise<void> {
  let stopped = false;
  try {
    await db.$transaction(async (tx) => {
      await tx.batch.update({ where: { number: BATCH }, data: { status: "released" } });
      const failing = await tx.testResult.count({ where: { batch: { number: BATCH }, passed: false } });
      if (failing > 0) throw new StillFailing();
    });
  } catch (error) {
    if (!(error instanceof StillFailing)) throw error;
    stopped = true;
  }
  const { status } = await db.batch.findUniqueOrThrow({ where: { number: BATCH }, select: { status: true } });
  stage.check(stopped && status === "quarantined", `${BATCH} is in quarantine as before`, status);
  stage.report({
    kind: "done",
    what: `A transaction releases ${BATCH}, finds a failing result and throws: rolled back, ${BATCH} is ${status} as before`,
  });
}
