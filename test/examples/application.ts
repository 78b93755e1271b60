import { closeTenantDb } from "azora";
import { urlsOf } from "../support/server-template.js";
import type { World } from "../support/world.js";

const VARIABLES = ["AZORA_CONTEXT_KEY", "AZORA_DATA_DIR", "AZORA_TENANT_URL", "AZORA_CONTROL_URL"] as const;

/** What an application of this world has in its environment. */
export function environmentOf({ kind, place, prepared }: World): Record<string, string> {
  const { serverUrl, password, contextKey } = prepared;
  const key = { AZORA_CONTEXT_KEY: `${contextKey.id}:${contextKey.secret}` };
  if (kind === "embedded") return { ...key, AZORA_DATA_DIR: place };
  // A directory where nothing is: all comes from the environment.
  return { ...key, AZORA_DATA_DIR: "/nonexistent", AZORA_TENANT_URL: urlsOf(serverUrl, place, password).tenant };
}

/** Makes this process an application of the world's, so that `tenantDb()` finds it by itself. */
export async function becomeApplication(world: World): Promise<void> {
  // The embedded database is one process's at a time, and one connection's in it.
  if (world.kind === "embedded") await world.pause();
  Object.assign(process.env, environmentOf(world));
}

/** Gives the world back to the test. */
export async function endApplication(world: World): Promise<void> {
  await closeTenantDb();
  for (const name of VARIABLES) delete process.env[name];
  if (world.kind === "embedded") await world.as("vendor-admin");
}

/** Does something as the vendor while the application is there. */
export async function meanwhile(world: World, run: () => Promise<unknown>): Promise<void> {
  if (world.kind === "server") {
    await run();
    return;
  }
  await endApplication(world);
  await run();
  await becomeApplication(world);
}
