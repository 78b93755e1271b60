import { spawnSync } from "node:child_process";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { PrismaClient } from "../../../src/generated/tenant/client.js";
import { directoryOf, type Sample } from "./samples.js";

/** A method of a model of whatever schema: what it takes and gives is the test's to know. */
type Method = (args?: object) => Promise<unknown>;

type Operation =
  | "findMany"
  | "findFirst"
  | "findUnique"
  | "create"
  | "createMany"
  | "update"
  | "updateMany"
  | "upsert"
  | "delete"
  | "deleteMany"
  | "count"
  | "aggregate"
  | "groupBy";

/** A client of a schema that is only generated when the tests run. */
export type AnyClient<Models extends string> = { readonly [M in Models]: { readonly [O in Operation]: Method } } & {
  $transaction<T>(work: (tx: AnyClient<Models>) => Promise<T>): Promise<T>;
  $queryRawUnsafe(sql: string, ...values: unknown[]): Promise<unknown>;
  $executeRawUnsafe(sql: string, ...values: unknown[]): Promise<number>;
  $disconnect(): Promise<void>;
};

export interface GeneratedClient {
  /** The class, as an application would import it. */
  readonly PrismaClient: typeof PrismaClient;
  remove(): Promise<void>;
}

const root = fileURLToPath(new URL("../../../", import.meta.url));
const prisma = createRequire(import.meta.url).resolve("prisma/build/index.js");

/** Generates the client of a sample's schema, offline, into a directory of its own. */
export async function generateClient(sample: Sample, state: "before" | "after"): Promise<GeneratedClient> {
  const directory = await mkdtemp(join(tmpdir(), `azora-${sample.name}-`));
  const schema = join(directory, "schema.prisma");
  await cp(new URL(`${state}.prisma`, directoryOf(sample)), schema);
  // The generated code imports Prisma's runtime, which it looks for above itself.
  await symlink(join(root, "node_modules"), join(directory, "node_modules"));
  const { status, stdout, stderr } = spawnSync(process.execPath, [prisma, "generate", "--no-hints", "--schema", schema], {
    encoding: "utf8",
    cwd: directory,
    // Prisma looks for its schema engine and never runs it: any executable satisfies it.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: "1" },
  });
  if (status !== 0) throw new Error(`prisma generate: ${stdout}${stderr}`);
  const { PrismaClient } = await import(pathToFileURL(join(directory, "client", "client.ts")).href);
  return { PrismaClient, remove: () => rm(directory, { recursive: true, force: true }) };
}
