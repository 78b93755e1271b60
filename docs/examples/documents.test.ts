import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestPlatform, type TestPlatform } from "./test-platform.js";

let platform: TestPlatform;
beforeAll(async () => {
  platform = await openTestPlatform();
});
afterAll(() => platform?.close());

const draft = { data: { number: "SOP-1", title: "Aseptic filling" } };

it("a number is taken once", async () => {
  const as = await platform.tenant();
  await as("ada").document.create(draft);
  await expect(as("ben").document.create(draft)).rejects.toMatchObject({ code: "P2002" });
});

it("in another tenant it is free, and so it is in the next test", async () => {
  const as = await platform.tenant();
  await as("ada").document.create(draft);
  expect(await as("ada").document.count()).toBe(1);
});
