import { PrismaPg } from "@prisma/adapter-pg";
import type { Pool } from "pg";
import { ContextPool, type ContextSource } from "./context-pool.js";

/** What a Prisma client takes as its `adapter`. */
export type PrismaAdapter = PrismaPg;

/** A Prisma adapter for one tenant's client: see ContextPool. */
export function contextAdapter(source: ContextSource): PrismaAdapter {
  return new PrismaPg(new ContextPool(source) as unknown as Pool);
}

/** A Prisma adapter over a pool as it is, for the control plane. */
export function plainAdapter(pool: Pool): PrismaAdapter {
  return new PrismaPg(pool);
}
