import { AzoraError } from "../../errors.js";
import type { TenantContext } from "../context.js";
import type { TenantTransaction } from "../tenant-client.js";
import { openTenantDb, type TenantConnection } from "../tenant-db.js";

/** A tenant as somebody works in it: the way there, and in whose name. */
export interface OpenTenant extends TenantConnection {
  readonly context: TenantContext;
}

/** What a change of access came to. */
export interface AccessChange {
  readonly changed: boolean;
  readonly dryRun: boolean;
}

class RolledBack extends Error {
  constructor(readonly result: unknown) {
    super("rolled back on purpose");
  }
}

/**
 * Runs `work` in one transaction of the tenant's. A dry run is the real thing, rolled back at its end: it is refused
 * what the real one would be refused, and its result is what the real one would give.
 */
export async function inTenant<T>(tenant: OpenTenant, dryRun: boolean, work: (tx: TenantTransaction) => Promise<T>): Promise<T> {
  try {
    return await openTenantDb(tenant, tenant.context).$transaction(async (tx) => {
      const result = await work(tx);
      if (dryRun) throw new RolledBack(result);
      return result;
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.result as T;
    throw conflictOf(error);
  }
}

/** What two at once got in each other's way with is no bug: the same command goes through the next time. */
function conflictOf(error: unknown): unknown {
  const { code } = error as { code?: unknown };
  if (code !== "P2034" && code !== "P2002") return error;
  return new AzoraError("CONFLICT", "Somebody else was changing the same at that moment; nothing was changed.", {
    hint: "Run the same command again.",
    cause: error,
  });
}
