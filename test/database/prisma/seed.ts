import type { TestTenant, World } from "../../support/world.js";

const PEOPLE = ["ada", "bob", "cyd"] as const;

/** Fills a tenant with rows that are the same in every tenant, but for their ids. */
export async function seed(world: World, tenant: TestTenant): Promise<void> {
  const db = world.db(tenant, "keeper");
  for (const name of PEOPLE) await db.user.create({ data: { email: emailOf(name), name } });
  for (let n = 0; n < 6; n++) {
    const person = { connect: { email: emailOf(PEOPLE[n % 3]) } };
    await db.document.create({
      data: {
        number: `D-${n}`,
        title: `Title ${n % 3}`,
        status: n % 2 === 0 ? "draft" : "effective",
        ...(n < 5 && { owner: person }),
        revisions: {
          create: Array.from({ length: n % 3 }, (_, r) => ({ revision: r + 1, summary: `Summary ${r}`, author: person })),
        },
      },
    });
  }
  for (let n = 0; n < 3; n++) {
    const document = { connect: { number: `D-${n}` } };
    await db.batch.create({
      data: {
        number: `B-${n}`,
        product: `Product ${n}`,
        quantity: 10.5 * (n + 1),
        unit: "kg",
        producedOn: new Date(`2026-0${n + 1}-01`),
        testResults: {
          create: [1, 2].map((m) => ({ parameter: `P${m}`, value: n + m / 4, unit: "pH", passed: m === 1, document })),
        },
      },
    });
    await db.nonconformance.create({
      data: {
        number: `N-${n}`,
        title: `Finding ${n}`,
        severity: (["minor", "major", "critical"] as const)[n] ?? "minor",
        batch: { connect: { number: `B-${n}` } },
        document,
        reportedBy: { connect: { email: emailOf("ada") } },
        correctiveActions: {
          create: [1, 2].map((m) => ({ title: `Action ${n}.${m}`, assignee: { connect: { email: emailOf(PEOPLE[m]) } } })),
        },
      },
    });
  }
}

export function emailOf(name = "nobody"): string {
  return `${name}@people.test`;
}
