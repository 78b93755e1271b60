import { describe, expect, it } from "vitest";
import type { LastCheck } from "../../src/installation/overview/last-check.js";
import { nextCommands } from "../../src/installation/overview/next-commands.js";
import type { Overview } from "../../src/installation/overview/state.js";

type State = Omit<Overview, "next">;
const clean: LastCheck = {
  checkedAt: new Date().toISOString(),
  verdict: "clean",
  violations: 0,
  unclear: 0,
  staticOnly: false,
  selfTest: true,
};
const ready: State = {
  installation: "ready",
  context: "default",
  mode: "vendor",
  engine: "server",
  dataDir: "/data",
  database: { ok: true },
  login: { name: "ada", role: "vendor-admin", plane: "control" },
  tenants: { active: 2, suspended: 0, purgeScheduled: 0, total: 2 },
  lastCheck: clean,
};
const failing = (code: "LOCKED" | "UNREACHABLE" | "NOT_MIGRATED" | "DATABASE_NEWER"): State => ({
  ...ready,
  database: { ok: false, code, message: "", hint: null },
  login: null,
  tenants: null,
});
const nobody = { active: 0, suspended: 0, purgeScheduled: 0, total: 0 };

describe("the first command that makes sense", () => {
  it.each<[string, State, RegExp]>([
    ["nothing set up", { ...ready, installation: "none", database: null, tenants: null }, /^azora quickstart$/],
    ["set up half way", { ...ready, installation: "unfinished", database: null, tenants: null }, /^azora init$/],
    ["settings that can't be read", { ...ready, installation: "unreadable" }, /^azora config$/],
    ["a database that is down", failing("UNREACHABLE"), /^azora doctor$/],
    ["a database in use", failing("LOCKED"), /^azora$/],
    ["one that lacks migrations", failing("NOT_MIGRATED"), /^azora db:migrate$/],
    ["one that is newer", failing("DATABASE_NEWER"), /^azora --version$/],
    ["no tenants", { ...ready, tenants: nobody }, /^azora tenant:create /],
    [
      "no tenants, and no right to make one",
      { ...ready, tenants: nobody, login: { name: "s", role: "support", plane: "control" } },
      /^azora whoami$/,
    ],
    ["never checked", { ...ready, lastCheck: null }, /^azora isolation:verify --self-test$/],
    [
      "checked long ago",
      { ...ready, lastCheck: { ...clean, checkedAt: "2026-01-01T00:00:00Z" } },
      /^azora isolation:verify --self-test$/,
    ],
    ["violations", { ...ready, lastCheck: { ...clean, verdict: "violations", violations: 1 } }, /^azora isolation:verify$/],
    [
      "a check that could not tell",
      { ...ready, lastCheck: { ...clean, verdict: "undecided", unclear: 1 } },
      /^azora isolation:verify$/,
    ],
    ["purges ahead", { ...ready, tenants: { ...nobody, purgeScheduled: 1, total: 1 } }, /purge-scheduled$/],
    ["somebody suspended", { ...ready, tenants: { ...nobody, suspended: 1, total: 1 } }, /--status suspended$/],
    ["all well", ready, /^azora tenant:list$/],
  ])("%s", (_name, state, first) => {
    const next = nextCommands(state);
    expect(next).toHaveLength(3);
    expect(new Set(next.map(({ command }) => command)).size).toBe(3);
    expect(next[0]?.command).toMatch(first);
  });
});
