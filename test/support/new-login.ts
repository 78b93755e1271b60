import { randomBytes } from "node:crypto";
import { Client } from "pg";
import type { World } from "./world.js";

/** A name that is nobody's yet; its role goes with the world, whose cluster may only be lent. */
export function newLogin(world: World): string {
  const login = `azora_test_${randomBytes(4).toString("hex")}`;
  world.onClose.push(async () => {
    if (world.kind !== "server") return;
    const client = new Client({ connectionString: world.prepared.serverUrl });
    await client.connect();
    await client.query(`DROP ROLE IF EXISTS ${login}`);
    await client.end();
  });
  return login;
}
