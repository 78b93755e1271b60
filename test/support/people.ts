import { randomBytes } from "node:crypto";
import type { OpenTenant } from "../../src/tenant-plane/access/open-tenant.js";
import { signContext, userActor } from "../../src/tenant-plane/context.js";
import type { TenantClient } from "../../src/tenant-plane/tenant-client.js";
import { onTenantLogin } from "./bare-connection.js";
import type { TestTenant, World } from "./world.js";

/** A user of a tenant, and the client in its name. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly actor: string;
  readonly db: TenantClient;
}

/** Makes a user with roles that are there. */
export async function person(world: World, tenant: TestTenant, ...roles: readonly string[]): Promise<Person> {
  const email = `p-${randomBytes(6).toString("hex")}@${tenant.slug}.test`;
  const { id } = await world.db(tenant).user.create({
    data: { email, name: email, roles: { create: roles.map((name) => ({ role: { connect: { name } } })) } },
  });
  return { id, email, actor: userActor(id), db: world.db(tenant, userActor(id)) };
}

/** Makes a user whose one role holds just these permissions. */
export async function holder(world: World, tenant: TestTenant, ...permissions: readonly string[]): Promise<Person> {
  const name = `r-${randomBytes(6).toString("hex")}`;
  await world.db(tenant).role.create({
    data: { name, permissions: { create: permissions.map((permission) => ({ permission })) } },
  });
  return person(world, tenant, name);
}

/** One statement of an actor's, as the tenant plane's login without any client's help. */
export async function barelyAs<Row extends object>(
  world: World,
  { tenant, actor }: { readonly tenant: TestTenant; readonly actor: string },
  sql: string,
): Promise<{ readonly rows: Row[] }> {
  const token = signContext(world.contextKey, { accountId: tenant.id, actor }, Date.now() / 1000 + 60);
  return onTenantLogin(world, async (client) => {
    await client.query(world.engine.setContext, [token]);
    return client.query<Row>(sql);
  });
}

/** A tenant as somebody works in it. */
export function inside(world: World, tenant: TestTenant, actor: string): OpenTenant {
  return { engine: world.engine, contextKey: world.contextKey, context: { accountId: tenant.id, actor } };
}

/** The first user that a tenant began with. */
export async function ownerOf(world: World, tenant: TestTenant): Promise<Person> {
  const { id, email } = await world.db(tenant).user.findFirstOrThrow({
    where: { roles: { some: { role: { name: "owner" } } } },
    orderBy: { createdAt: "asc" },
  });
  return { id, email, actor: userActor(id), db: world.db(tenant, userActor(id)) };
}
