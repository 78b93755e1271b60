import { listTenants, loadConfig, openInstallation } from "azora";
import type { Job } from "./jobs.js";

const PAGE = 1000;

/**
 * Puts one job for each active tenant into a queue: a process of its own, with an operator's login of the role support
 * (AZORA_CONTROL_URL). It reads the vendor's list and no row of a tenant; the workers read rows and no list.
 */
export async function schedule(enqueue: (job: Job) => Promise<void>): Promise<void> {
  const installation = openInstallation(loadConfig());
  try {
    const control = await installation.control();
    for (let after: string | null | undefined; after !== null; ) {
      const page = await listTenants(control, { status: "active", limit: PAGE, ...(after && { after }) });
      for (const { id } of page.tenants) await enqueue({ accountId: id, olderThanDays: 90 });
      after = page.next;
    }
  } finally {
    await installation.close();
  }
}
