import { expect, it } from "vitest";
import { Seen } from "../../src/billing/sync/seen.js";

const ids = Array.from({ length: 20_000 }, (_, n) => `sub_${n.toString(36).padStart(8, "x")}`);

it("suspects nothing when all were seen, and never misses one that wasn't", () => {
  const whole = new Seen();
  for (const id of ids) whole.add(id);
  for (const id of [...ids].reverse()) whole.expect(id);
  expect(ids.filter((id) => whole.mayLack(id))).toEqual([]);
  const gaps = new Seen();
  const missing = new Set([ids[0], ids[777], ids[19_999]]);
  for (const id of ids) if (!missing.has(id)) gaps.add(id);
  for (const id of ids) gaps.expect(id);
  const suspects = ids.filter((id) => gaps.mayLack(id));
  expect([...missing].every((id) => suspects.includes(id ?? ""))).toBe(true);
  expect(suspects.length).toBeLessThan(20);
});
