import { expect, it } from "vitest";
import { describeOnBothEngines } from "../support/world.js";

describeOnBothEngines("a world", (world) => {
  it("has two tenants, each of which sees its own document", async () => {
    const { a, b } = world();
    for (const tenant of [a, b]) {
      const documents = await world().db(tenant).document.findMany();
      expect(documents.map(({ title }) => title)).toEqual(Array(2).fill(`${tenant.marker} text`));
    }
  });

  it("has an operator who sees both accounts", async () => {
    const accounts = await world().control.client.account.findMany({ orderBy: { slug: "asc" } });
    expect(accounts.map(({ slug }) => slug)).toEqual(["alpha", "beta"]);
  });
});
