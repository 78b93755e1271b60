// Generates the two Prisma clients, offline: `prisma generate` looks for its schema engine
// before it starts, and would download it, but never runs it. Any executable satisfies it.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const prisma = createRequire(import.meta.url).resolve("prisma/build/index.js");

for (const schema of ["control", "tenant"]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [prisma, "generate", "--no-hints", "--config", fileURLToPath(new URL(`${schema}.config.ts`, import.meta.url))],
    {
      encoding: "utf8",
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: "1" },
    },
  );
  if (status !== 0) {
    process.stderr.write(`${stdout}${stderr}`);
    process.exit(status ?? 1);
  }
}
