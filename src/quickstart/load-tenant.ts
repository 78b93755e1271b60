import type { TenantClient, TenantTransaction } from "../tenant-plane/tenant-client.js";
import { isWithin, type SampleBatch, type SampleDocument, type SampleNonconformance, type SampleTenant } from "./sample-data.js";

const TIMEOUT_MS = 120_000;

/**
 * Loads a sample tenant, all or nothing, the way an application would: nested creates that
 * name people by e-mail and things by number. No account id is written anywhere here.
 */
export async function loadTenant(db: TenantClient, sample: SampleTenant): Promise<void> {
  await db.$transaction(
    async (tx) => {
      await loadPeople(tx, sample);
      for (const document of sample.documents) await loadDocument(tx, document);
      for (const batch of sample.batches) await loadBatch(tx, batch, sample);
      for (const nonconformance of sample.nonconformances) await loadNonconformance(tx, nonconformance);
    },
    { timeout: TIMEOUT_MS },
  );
}

/** The account came with its default roles and its first user, whose name isn't known yet. */
async function loadPeople(tx: TenantTransaction, sample: SampleTenant): Promise<void> {
  for (const { name, description, permissions } of sample.roles) {
    await tx.role.create({
      data: { name, description, permissions: { create: permissions.map((permission) => ({ permission })) } },
    });
  }
  for (const { name, email, roles } of sample.users) {
    const isFirst = email === sample.owner;
    const granted = roles.filter((role) => !(isFirst && role === "owner")).map((role) => ({ role: { connect: { name: role } } }));
    if (isFirst) await tx.user.update({ where: { email }, data: { name, roles: { create: granted } } });
    else await tx.user.create({ data: { name, email, roles: { create: granted } } });
  }
}

async function loadDocument(tx: TenantTransaction, { number, title, status, owner, revisions }: SampleDocument): Promise<void> {
  await tx.document.create({
    data: {
      number,
      title,
      status,
      owner: { connect: { email: owner } },
      revisions: {
        create: revisions.map(({ revision, summary, body, author, effectiveOn }) => ({
          revision,
          summary,
          ...(body && { body }),
          author: { connect: { email: author } },
          effectiveOn: date(effectiveOn),
        })),
      },
    },
  });
}

async function loadBatch(tx: TenantTransaction, batch: SampleBatch, { specifications, slug }: SampleTenant): Promise<void> {
  const { number, product, status, quantity, producedOn, tests } = batch;
  const specification = specifications[product];
  if (!specification) throw new Error(`${slug}: ${product} has no specification`);
  const results = tests.flatMap(({ by, at, results }) =>
    Object.entries(results).map(([parameter, value]) => {
      const limits = specification.parameters[parameter];
      if (!limits) throw new Error(`${slug}: ${parameter} has no limits for ${product}`);
      return {
        parameter,
        value,
        unit: limits.unit,
        lowerLimit: limits.lower ?? null,
        upperLimit: limits.upper ?? null,
        passed: isWithin(value, limits),
        testedAt: new Date(at),
        document: { connect: { number: specification.document } },
        analyst: { connect: { email: by } },
      };
    }),
  );
  await tx.batch.create({
    data: {
      number,
      product,
      status,
      quantity,
      unit: specification.unit,
      producedOn: date(producedOn),
      testResults: { create: results },
    },
  });
}

async function loadNonconformance(tx: TenantTransaction, nonconformance: SampleNonconformance): Promise<void> {
  const { batch, document, reportedBy, createdAt, closedAt, actions, ...scalars } = nonconformance;
  await tx.nonconformance.create({
    data: {
      ...scalars,
      createdAt: new Date(createdAt),
      closedAt: date(closedAt),
      reportedBy: { connect: { email: reportedBy } },
      ...(batch && { batch: { connect: { number: batch } } }),
      ...(document && { document: { connect: { number: document } } }),
      correctiveActions: {
        create: actions.map(({ title, assignee, status, dueOn, verifiedAt }) => ({
          title,
          status,
          dueOn: date(dueOn),
          verifiedAt: date(verifiedAt),
          assignee: { connect: { email: assignee } },
        })),
      },
    },
  });
}

function date(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
