import { PrismaPg } from "@prisma/adapter-pg";
import type { Pool } from "pg";
import type { Engine } from "../engine.js";
import type { Source } from "./caller.js";
import { ContextPool } from "./context-pool.js";

/** What a Prisma client takes as its `adapter`. */
export type PrismaAdapter = PrismaPg;

/** A Prisma adapter that speaks for the tenant whom `source` names: see ContextPool. */
export function contextAdapter(engine: Engine, source: Source): PrismaAdapter {
  return new PrismaPg(new ContextPool(engine, source) as unknown as Pool);
}

/** A Prisma adapter over a pool as it is, for the control plane. */
export function plainAdapter(pool: Pool): PrismaAdapter {
  return new PrismaPg(pool);
}
