import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));

export default defineConfig({
  root,
  test: {
    // The examples of docs/library.md are tests too.
    include: ["test/**/*.test.ts", "docs/examples/*.test.ts"],
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
