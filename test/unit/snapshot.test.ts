import fc from "fast-check";
import { expect, it } from "vitest";
import { parseSnapshot, type Snapshot, seenBy, snapshotText, unseenBy } from "../../src/database/logs/snapshot.js";

it.each([
  "",
  "1:2",
  "1:2:3,",
  "a:b:c",
  "1:2:;DROP TABLE x",
  "1:2:3 4",
  "-1:2:",
  "99999999999999999999:1:",
])("takes %j for no cursor", (text) => {
  expect(() => parseSnapshot(text)).toThrow("is not a cursor");
});

it.each(["1:1:", "809:812:809,811"])("reads and writes %s", (text) => {
  expect(snapshotText(parseSnapshot(text))).toBe(text);
});

/** What PostgreSQL means by a snapshot. */
function sees({ xmax, running }: Snapshot, id: bigint): boolean {
  return id < xmax && !running.includes(id);
}

/** The conditions are plain arithmetic: JavaScript reads them once AND, OR and IN are its own. */
function holds(condition: string, id: bigint): boolean {
  const script = condition
    .replace(/x NOT IN \(([^)]*)\)/g, "![$1].includes(x)")
    .replace(/x IN \(([^)]*)\)/g, "[$1].includes(x)")
    .replaceAll(" AND ", " && ")
    .replaceAll(" OR ", " || ")
    .replace(/\b\d+\b/g, "$&n");
  return new Function("x", `return ${script}`)(id) as boolean;
}

it("asks for what a snapshot has not seen, and for nothing else", () => {
  const snapshots = fc
    .record({
      xmin: fc.bigInt({ min: 1n, max: 20n }),
      width: fc.bigInt({ min: 0n, max: 20n }),
      among: fc.array(fc.nat({ max: 20 })),
    })
    .map(({ xmin, width, among }): Snapshot => {
      const xmax = xmin + width;
      const running = [...new Set(among.map((each) => xmin + BigInt(each)))].filter((id) => id < xmax);
      return { xmin, xmax, running };
    });
  fc.assert(
    fc.property(snapshots, fc.bigInt({ min: 0n, max: 45n }), (snapshot, id) => {
      expect(holds(unseenBy(snapshot, "x"), id)).toBe(!sees(snapshot, id));
      expect(holds(seenBy(snapshot, "x"), id)).toBe(sees(snapshot, id));
    }),
  );
});
