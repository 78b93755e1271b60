import { statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isWithin, readSampleTenants, type SampleBatch, type SampleTenant } from "../../src/quickstart/sample-data.js";

const { a, b, c } = readSampleTenants();
const tenants = [a, b, c].map((tenant) => [tenant.slug, tenant] as const);

const DEFAULT_ROLES = ["owner", "admin", "member", "viewer"];

function limitsOf(tenant: SampleTenant, { product }: SampleBatch, parameter: string) {
  const limits = tenant.specifications[product]?.parameters[parameter];
  if (!limits) throw new Error(`${tenant.slug}: no limits for ${parameter} of ${product}`);
  return limits;
}

function failingResults(tenant: SampleTenant, batch: SampleBatch): string[] {
  const results = batch.tests.flatMap((round) => Object.entries(round.results));
  return results.filter(([name, value]) => !isWithin(value, limitsOf(tenant, batch, name))).map(([name]) => name);
}

/** The last result of each parameter, in the order in which they were tested. */
function lastResults({ tests }: SampleBatch): Record<string, number> {
  const inOrder = [...tests].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return Object.assign({}, ...inOrder.map(({ results }) => results));
}

describe.each(tenants)("sample data of %s", (slug, tenant) => {
  const emails = new Set(tenant.users.map(({ email }) => email));
  const documents = new Set(tenant.documents.map(({ number }) => number));
  const batches = new Map(tenant.batches.map((batch) => [batch.number, batch]));

  test("stays small enough to read", () => {
    expect(statSync(new URL(`../../prisma/sample-data/${slug}.json`, import.meta.url)).size).toBeLessThan(150_000);
  });

  test("names nobody and nothing that isn't there", () => {
    const roles = new Set([...DEFAULT_ROLES, ...tenant.roles.map(({ name }) => name)]);
    const people = [
      tenant.owner,
      ...tenant.documents.flatMap(({ owner, revisions }) => [owner, ...revisions.map(({ author }) => author)]),
      ...tenant.batches.flatMap(({ tests }) => tests.map(({ by }) => by)),
      ...tenant.nonconformances.flatMap(({ reportedBy, actions }) => [reportedBy, ...actions.map(({ assignee }) => assignee)]),
    ];
    expect(people.filter((email) => !emails.has(email))).toEqual([]);
    expect(tenant.users.flatMap((user) => user.roles).filter((role) => !roles.has(role))).toEqual([]);
    const numbers = [
      ...Object.values(tenant.specifications).map(({ document }) => document),
      ...tenant.nonconformances.flatMap(({ document }) => document ?? []),
    ];
    expect(numbers.filter((number) => !documents.has(number))).toEqual([]);
    expect(tenant.nonconformances.flatMap(({ batch }) => batch ?? []).filter((number) => !batches.has(number))).toEqual([]);
  });

  test("has every number once", () => {
    for (const items of [tenant.documents, tenant.batches, tenant.nonconformances]) {
      const numbers = items.map(({ number }) => number);
      expect(new Set(numbers).size).toBe(numbers.length);
    }
    expect(emails.size).toBe(tenant.users.length);
  });

  test("numbers revisions from 1 and dates them forward", () => {
    for (const { number, status, revisions } of tenant.documents) {
      expect(
        revisions.map(({ revision }) => revision),
        number,
      ).toEqual(revisions.map((_, at) => at + 1));
      const dates = revisions.flatMap(({ effectiveOn }) => effectiveOn ?? []);
      expect(dates, number).toEqual([...dates].sort());
      const isInForce = status === "effective" || status === "obsolete";
      expect(revisions.at(-1)?.effectiveOn !== null, number).toBe(isInForce);
    }
  });

  test("reports every failing result as a non-conformance, after it was read", () => {
    for (const batch of tenant.batches.filter((each) => failingResults(tenant, each).length > 0)) {
      const reports = tenant.nonconformances.filter(({ batch: number }) => number === batch.number);
      expect(reports.length, batch.number).toBeGreaterThan(0);
      const firstTest = Math.min(...batch.tests.map(({ at }) => Date.parse(at)));
      for (const { createdAt } of reports) expect(Date.parse(createdAt)).toBeGreaterThan(firstTest);
    }
  });

  test("releases only what passed in the end, and rejects and blocks only what failed", () => {
    for (const batch of tenant.batches) {
      const stillFailing = Object.entries(lastResults(batch)).filter(
        ([name, value]) => !isWithin(value, limitsOf(tenant, batch, name)),
      );
      const isBad = batch.status === "rejected" || batch.status === "quarantined";
      expect(stillFailing.length > 0, batch.number).toBe(isBad);
    }
  });

  test("closes a non-conformance when all its actions are verified, and not before", () => {
    for (const { number, status, closedAt, actions } of tenant.nonconformances) {
      expect(closedAt !== null, number).toBe(status === "closed");
      if (closedAt === null) continue;
      for (const { status: done, verifiedAt } of actions) {
        expect(done, number).toBe("verified");
        expect(Date.parse(verifiedAt ?? ""), number).toBeLessThanOrEqual(Date.parse(closedAt));
      }
    }
  });
});

test("three tenants have a document of the same number, each its own", () => {
  const titles = [a, b, c].map(({ documents }) => documents.find(({ number }) => number === "SOP-014")?.title);
  expect(new Set(titles).size).toBe(3);
  expect(titles).not.toContain(undefined);
});
