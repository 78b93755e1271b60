import { Chalk } from "chalk";
import { describe, expect, it } from "vitest";
import { renderBars } from "../../src/cli/bars.js";
import { displayWidth } from "../../src/cli/text.js";
import { auditStatsView } from "../../src/cli/views/audit-stats.js";

const terminal = (width: number) => ({
  isTty: true,
  width,
  colour: new Chalk({ level: 0 }),
  isLive: true,
  write: () => {},
  stream: process.stdout,
});

describe("bars", () => {
  it("are as long as their counts, in eighths of a column, and never none for something", () => {
    const drawn = renderBars(terminal(26), [
      { name: "ada", count: 80 },
      { name: "bo", count: 40 },
      { name: "cy", count: 1 },
      { name: "nobody", count: 0 },
    ]);
    // 26 columns less the name's 6, the count's 2 and two gaps leave 14 for the longest bar.
    expect(drawn.split("\n")).toEqual([
      `ada     80  ${"█".repeat(14)}`,
      `bo      40  ${"█".repeat(7)}`,
      "cy       1  ▏",
      "nobody   0",
    ]);
  });

  it("fit the terminal, whatever the names are", () => {
    const bars = [
      { name: "x".repeat(200), count: 1_000_000 },
      { name: "文".repeat(50), count: 3 },
      { name: "a\u001b[2Jb\n", count: 2 },
    ];
    for (const line of renderBars(terminal(80), bars).split("\n")) {
      expect(displayWidth(line)).toBeLessThanOrEqual(80);
      expect(line).not.toContain("\u001b");
    }
  });
});

it("shows days on which nothing happened, and at most a month of them", () => {
  const none = { total: 3, by: {}, days: [] };
  const gap = auditStatsView(terminal(60), {
    ...none,
    days: [
      { name: "2026-02-27", count: 1 },
      { name: "2026-03-01", count: 2 },
    ],
  });
  expect(gap).toMatch(/2026-02-27 {2}1 .*\n2026-02-28 {2}0\n2026-03-01 {2}2 /);
  const long = auditStatsView(terminal(60), {
    ...none,
    days: [
      { name: "2020-01-01", count: 1 },
      { name: "2026-03-01", count: 2 },
    ],
  });
  expect(long.match(/^20\d\d-/gm)).toHaveLength(31);
});
