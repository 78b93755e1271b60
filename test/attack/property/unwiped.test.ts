import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Arena } from "./arena.js";
import { judge } from "./judge.js";
import type { Operation, Program, Step } from "./program.js";

// Found by random programs, kept as short as they got. The COMMIT leaves with the log of what was read and with
// what wipes the session; when the log is refused, nothing behind it is done.
describe("a transaction whose end is refused (server)", () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await Arena.open("server");
  });
  afterAll(() => arena?.close());

  const read: Operation = { kind: "call", model: "document", method: "findMany", args: {} };
  const raw = (sql: string): Operation => ({ kind: "raw", door: "$executeRawUnsafe", sql, values: [] });
  const work = (...operations: Operation[]): Step => ({
    kind: "interactive",
    operations,
    isolation: "ReadCommitted",
    end: "commit",
    swallow: true,
  });

  for (const setting of ["row_security = off", "default_transaction_read_only = on", "search_path = nowhere"]) {
    it(`leaves no "${setting}" on the session, and its reads in the log`, async () => {
      const program: Program = {
        ids: "apart",
        schedule: "turns",
        tenants: [
          [work(read, raw("SET default_transaction_read_only = on"), raw(`SET ${setting}`), raw("COMMIT"))],
          [{ kind: "single", operation: read }],
        ],
      };
      expect(await judge(arena, program)).toEqual([]);
    });
  }

  it("leaves no rows on the session for whoever asks next", async () => {
    const held = raw("DECLARE held CURSOR WITH HOLD FOR SELECT title FROM tenant.documents ORDER BY 1");
    const fetch: Operation = { kind: "raw", door: "$queryRawUnsafe", sql: "FETCH ALL FROM held", values: [] };
    const program: Program = {
      ids: "apart",
      schedule: "turns",
      tenants: [
        [work(read, held, raw("SET default_transaction_read_only = on"), raw("COMMIT"))],
        [{ kind: "single", operation: fetch }],
      ],
    };
    expect(await judge(arena, program)).toEqual([]);
  });

  it("has its reads in the log when the caller ignored an error", async () => {
    const program: Program = { ids: "apart", schedule: "turns", tenants: [[work(read, raw("SELECT nope"))]] };
    expect(await judge(arena, program)).toEqual([]);
  });
});
