import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import type { Keys } from "../../support/prepare.js";
import { urlsOf } from "../../support/server-template.js";
import { openServer, openTenantDb } from "../dist.js";

/** One query every so often: a tenant that works, not one that tries how much the server can take. */
const PACE_MS = 20;

/** Lets a tenant read and write while each of the phases goes on, in turn. @returns milliseconds of each query, by phase */
export async function workBeside(
  { serverUrl, keys }: { readonly serverUrl: string; readonly keys: Keys },
  { database, tenant }: { readonly database: string; readonly tenant: string },
  phases: readonly (() => Promise<unknown>)[],
): Promise<readonly (readonly number[])[]> {
  const engine = openServer(urlsOf(serverUrl, database, keys.password));
  const contextKey = { id: keys.contextKey.id, secret: Buffer.from(keys.contextKey.secret, "base64") };
  const db = openTenantDb({ engine, contextKey }, { accountId: tenant, actor: "bench" });
  let into: number[] | null = [];
  const running = new Set<Promise<void>>();
  const query = async (number: number) => {
    const list = into;
    const startedAt = performance.now();
    if (number % 4 === 0) await db.document.create({ data: { number: randomUUID(), title: "beside" } });
    else await db.document.findMany({ take: 20, include: { revisions: true } });
    list?.push(performance.now() - startedAt);
  };
  const loop = (async () => {
    for (let number = 0; into !== null; number++) {
      const one = query(number).finally(() => running.delete(one));
      running.add(one);
      await pause(PACE_MS);
    }
  })();
  await pause(1_000);
  const measured: number[][] = [];
  for (const phase of phases) {
    into = [];
    measured.push(into);
    await phase();
  }
  into = null;
  await loop;
  await Promise.all(running);
  await engine.close();
  return measured;
}
