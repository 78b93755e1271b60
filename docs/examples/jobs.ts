import { AzoraError, tenantDb } from "azora";

/** A job as it lies in the queue. Whoever puts it there knows whose it is: a request by its session, the scheduler by its list. */
export interface Job {
  readonly accountId: string;
  /** Drafts that nobody touched for so many days become obsolete. */
  readonly olderThanDays: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Does one job inside its tenant, as the application itself. Make `work` the handler of your queue.
 * @returns what the queue is to do with it
 */
export async function work({ accountId, olderThanDays }: Job): Promise<"done" | "again later" | "drop"> {
  const db = tenantDb({ accountId, actor: "job:retire-drafts" });
  const updatedAt = { lt: new Date(Date.now() - olderThanDays * DAY_MS) };
  try {
    await db.document.updateMany({ where: { status: "draft", updatedAt }, data: { status: "obsolete" } });
    return "done";
  } catch (error) {
    if (!(error instanceof AzoraError)) throw error;
    if (error.code === "ACCOUNT_GONE") return "drop";
    if (error.code === "ACCOUNT_SUSPENDED" || error.code === "ACCOUNT_READ_ONLY") return "again later";
    throw error;
  }
}
