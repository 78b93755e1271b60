import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Short files that take minutes. Begun last, as their size would have it, they would keep one processor busy and the other idle. */
const LONG = /attack\/(property|faults|no-false-pass)|database\/hierarchy|house\/(bench|package|readme)|billing-year/;

class LongFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer["sort"]>[0]) {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: (typeof sorted)[number]) => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  root,
  test: {
    // The examples of docs/library.md are tests too.
    include: ["test/**/*.test.ts", "docs/examples/*.test.ts"],
    sequence: { sequencer: LongFirst },
    globalSetup: ["test/support/global-setup.ts"],
    // A process a file: an embedded engine is given back whole when its file ends.
    pool: "forks",
    // Two processors and one more: a test often waits for a process of its own.
    maxWorkers: 3,
    // Limits against a hang, wide enough for a busy machine; nothing here measures time.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    unstubEnvs: true,
    restoreMocks: true,
  },
});
