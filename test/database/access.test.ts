import { expect, it } from "vitest";
import { readAccessMatrix } from "../../src/tenant-plane/access/access-matrix.js";
import { assignRole, unassignRole } from "../../src/tenant-plane/access/assignments.js";
import { checkAccess } from "../../src/tenant-plane/access/check-access.js";
import type { OpenTenant } from "../../src/tenant-plane/access/open-tenant.js";
import { createRole, deleteRole, grantPermission, listRoles, revokePermission } from "../../src/tenant-plane/access/roles.js";
import { disableUser, inviteUser, listUsers } from "../../src/tenant-plane/access/users.js";
import { holder, ownerOf, person } from "../support/people.js";
import { describeOnBothEngines, type TestTenant, type World } from "../support/world.js";

const open = (world: World, tenant: TestTenant, actor = "operator:test"): OpenTenant => ({
  engine: world.engine,
  contextKey: world.contextKey,
  context: { accountId: tenant.id, actor },
});
const dryRun = false;
const denied = { code: "PERMISSION_DENIED" };
const lastOwner = { code: "LAST_OWNER" };

describeOnBothEngines("users and roles of a tenant", (world) => {
  it("begins with four roles that stay", async () => {
    const tenant = open(world(), await world().newTenant());
    expect((await listRoles(tenant)).map(({ name, permissions, users }) => ({ name, permissions, users }))).toEqual([
      {
        name: "admin",
        permissions: ["*:create", "*:delete", "*:read", "*:update", "access:*", "audit:read", "users:*"].sort(),
        users: 0,
      },
      { name: "member", permissions: ["*:create", "*:read", "*:update", "users:read"], users: 0 },
      { name: "owner", permissions: ["*:*"], users: 1 },
      { name: "viewer", permissions: ["*:read", "users:read"], users: 0 },
    ]);
    for (const role of ["owner", "admin", "member", "viewer"]) {
      await expect(deleteRole(tenant, { role, dryRun }), role).rejects.toMatchObject({ code: "CONFLICT" });
    }
    await expect(revokePermission(tenant, { role: "owner", permission: "*:*", dryRun })).rejects.toMatchObject(lastOwner);
    expect(await listRoles(tenant)).toHaveLength(4);
  });

  it("changes once what is asked for twice, and nothing in a dry run", async () => {
    const tenant = open(world(), world().a);
    const invite = { email: "ada@alpha.test", roles: ["viewer"], dryRun };
    expect(await inviteUser(tenant, { ...invite, dryRun: true })).toMatchObject({ changed: true, user: { roles: ["viewer"] } });
    await expect(assignRole(tenant, { user: invite.email, role: "member", dryRun })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await inviteUser(tenant, invite)).toMatchObject({ changed: true, user: { name: "ada", roles: ["viewer"] } });
    expect(await inviteUser(tenant, invite)).toMatchObject({ changed: false });
    const assignment = { user: invite.email, role: "member", dryRun };
    expect(await assignRole(tenant, assignment)).toMatchObject({ changed: true, user: { roles: ["member", "viewer"] } });
    expect(await assignRole(tenant, assignment)).toMatchObject({ changed: false });
    expect(await unassignRole(tenant, assignment)).toMatchObject({ changed: true, user: { roles: ["viewer"] } });
    expect(await unassignRole(tenant, assignment)).toMatchObject({ changed: false });
    expect(await disableUser(tenant, { user: invite.email, dryRun })).toMatchObject({ changed: true });
    expect(await disableUser(tenant, { user: invite.email, dryRun })).toMatchObject({ changed: false });
    expect(await inviteUser(tenant, invite)).toMatchObject({ changed: true, user: { disabledAt: null } });
  });

  it("makes roles, changes what they hold, and deletes them", async () => {
    const tenant = open(world(), world().a);
    const create = { name: "releaser", permissions: ["batches:read"], dryRun };
    expect(await createRole(tenant, create)).toMatchObject({ changed: true, role: { permissions: ["batches:read"] } });
    expect(await createRole(tenant, create)).toMatchObject({ changed: false });
    const change = { role: "releaser", permission: "batches:release", dryRun };
    expect(await grantPermission(tenant, change)).toMatchObject({ changed: true });
    expect(await grantPermission(tenant, change)).toMatchObject({ changed: false });
    const { db, id, actor } = await person(world(), world().a, "releaser");
    expect(await db.$queryRaw`SELECT guard.permits('batches:release') AS may`).toEqual([{ may: true }]);
    expect(await revokePermission(tenant, change)).toMatchObject({ changed: true, role: { permissions: ["batches:read"] } });
    expect(await revokePermission(tenant, change)).toMatchObject({ changed: false });
    await expect(db.$queryRaw`SELECT guard.permits('batches:release')`).rejects.toMatchObject(denied);
    expect(await db.batch.count()).toBeGreaterThan(0);
    expect(await deleteRole(tenant, { role: "releaser", dryRun })).toMatchObject({ changed: true });
    expect(await deleteRole(tenant, { role: "releaser", dryRun })).toMatchObject({ changed: false });
    await expect(world().db(world().a, actor).batch.count()).rejects.toMatchObject(denied);
    expect(await world().look("SELECT FROM guard.actors WHERE actor = 'user:' || $1", id)).toEqual([]);
  });

  it("takes no permission on what isn't there, and says what was meant", async () => {
    const tenant = open(world(), world().a);
    const wrong = (permission: string) => grantPermission(tenant, { role: "viewer", permission, dryRun });
    await expect(wrong("docments:read")).rejects.toMatchObject({ code: "INVALID_INPUT", hint: "Did you mean documents?" });
    await expect(wrong("documents")).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(wrong("documents:Read all")).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(createRole(tenant, { name: "Über", permissions: [], dryRun })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(inviteUser(tenant, { email: "nobody", roles: [], dryRun })).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  it("says who may do what, as the database would decide", async () => {
    const tenant = open(world(), world().a);
    const viewer = await person(world(), world().a, "viewer");
    const ask = (permission: string) => checkAccess(tenant, { user: viewer.email, permission });
    expect(await ask("documents:read")).toMatchObject({
      allowed: true,
      givenBy: [{ role: "viewer", permission: "*:read" }],
    });
    expect(await ask("documents:update")).toMatchObject({
      allowed: false,
      givenBy: [],
      wouldGive: [
        { role: "admin", permission: "*:update" },
        { role: "member", permission: "*:update" },
        { role: "owner", permission: "*:*" },
      ],
    });
    await disableUser(tenant, { user: viewer.email, dryRun });
    expect(await ask("documents:read")).toMatchObject({ allowed: false, givenBy: [{ role: "viewer" }] });
    const { roles, permissions } = await readAccessMatrix(tenant);
    expect(roles).toEqual(expect.arrayContaining(["admin", "member", "owner", "viewer"]));
    const holders = new Map(permissions.map((each) => [each.permission, each.roles]));
    expect(holders.get("documents:update")).toEqual(expect.arrayContaining(["admin", "member", "owner"]));
    expect(holders.get("access:manage")).toEqual(["admin", "owner"]);
    expect([...holders.keys()].filter((key) => /^(audit|access):/.test(key))).toEqual([
      "access:manage",
      "access:read",
      "audit:read",
    ]);
    const { users, total } = await listUsers(tenant, { limit: 1 });
    expect({ shown: users.length, more: total > 1 }).toEqual({ shown: 1, more: true });
  });

  it("logs every change in the name of whoever made it", async () => {
    const { actor } = await ownerOf(world(), world().a);
    const { user } = await inviteUser(open(world(), world().a, actor), { email: "eve@alpha.test", roles: ["member"], dryRun });
    const lines = await world().look<{ subject: string; actor: string }>(
      "SELECT subject, actor FROM tenant.audit_log WHERE operation = 'create' AND (row_id = $1 OR new_values ->> 'user_id' = $1) ORDER BY id",
      user.id,
    );
    expect(lines).toEqual([
      { subject: "users", actor },
      { subject: "user_roles", actor },
    ]);
  });
});

describeOnBothEngines("the last owner", (world, kind) => {
  it("keeps the role, stays enabled, and isn't deleted", async () => {
    const fresh = await world().newTenant();
    const tenant = open(world(), fresh);
    const { email: user, id, db } = await ownerOf(world(), fresh);
    await expect(unassignRole(tenant, { user, role: "owner", dryRun })).rejects.toMatchObject(lastOwner);
    await expect(disableUser(tenant, { user, dryRun })).rejects.toMatchObject(lastOwner);
    await expect(db.user.delete({ where: { id } })).rejects.toMatchObject(lastOwner);
    await expect(db.userRole.deleteMany()).rejects.toMatchObject(lastOwner);
    const second = await person(world(), fresh, "owner");
    await disableUser(tenant, { user: second.email, dryRun });
    await expect(disableUser(tenant, { user, dryRun })).rejects.toMatchObject(lastOwner);
    await inviteUser(tenant, { email: second.email, roles: [], dryRun });
    expect(await disableUser(tenant, { user, dryRun })).toMatchObject({ changed: true });
    expect(await second.db.document.count()).toBe(0);
  });

  it("goes with its tenant", async () => {
    const fresh = await world().newTenant();
    await person(world(), fresh, "viewer");
    await world().look("DELETE FROM control.accounts WHERE id = $1", fresh.id);
    expect(await world().look("SELECT FROM guard.actors WHERE account_id = $1", fresh.id)).toEqual([]);
    expect(await world().look("SELECT FROM guard.access_changes WHERE account_id = $1", fresh.id)).toEqual([]);
  });

  const alone = kind === "embedded" ? "the embedded engine has one session: no two transactions at once" : undefined;
  it.skipIf(alone).each(["ReadCommitted", "RepeatableRead", "Serializable"] as const)(
    `is left by two who take each other's role at once, %s${alone ? `: not here, ${alone}` : ""}`,
    async (isolationLevel) => {
      const fresh = await world().newTenant();
      const [one, other] = [await ownerOf(world(), fresh), await person(world(), fresh, "owner")];
      let arrived = 0;
      const meet = async () => {
        arrived++;
        while (arrived < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      };
      const take = (from: string, by: typeof one) =>
        by.db.$transaction(
          async (tx) => {
            await tx.user.findFirst({ where: { id: from } });
            await meet();
            await tx.userRole.deleteMany({ where: { userId: from } });
          },
          { isolationLevel },
        );
      const results = await Promise.allSettled([take(one.id, other), take(other.id, one)]);
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(
        await world()
          .db(fresh)
          .userRole.count({ where: { role: { name: "owner" } } }),
      ).toBe(1);
    },
  );

  it.skipIf(alone).each(["ReadCommitted", "RepeatableRead"] as const)(
    `isn't the only thing two at once agree on: a role that is given while it loses a permission, %s${alone ? `: not here, ${alone}` : ""}`,
    async (isolationLevel) => {
      const fresh = await world().newTenant();
      const { id: roleId } = (await createRole(open(world(), fresh), { name: "both", permissions: ["batches:read"], dryRun }))
        .role;
      const { id: userId, actor } = await person(world(), fresh);
      const db = world().db(fresh);
      await Promise.allSettled([
        db.$transaction(async (tx) => {
          await tx.userRole.create({ data: { userId, roleId } });
          await new Promise((resolve) => setTimeout(resolve, 100));
        }),
        db.$transaction(
          async (tx) => {
            await tx.role.findMany();
            await new Promise((resolve) => setTimeout(resolve, 30));
            await tx.rolePermission.deleteMany({ where: { roleId } });
          },
          { isolationLevel },
        ),
      ]);
      const holds = await db.rolePermission.count({ where: { roleId } });
      const [known] = await world().look<{ permissions: string[] }>(
        "SELECT permissions FROM guard.actors WHERE actor = $1",
        actor,
      );
      expect(known?.permissions).toHaveLength(holds);
    },
  );
});

describeOnBothEngines("nobody gives or takes what he doesn't hold", (world) => {
  it("in a role, by a role, or by changing somebody who holds more", async () => {
    const keeper = await holder(world(), world().a, "access:*", "users:*", "batches:read");
    const { id: ownerRole } = await keeper.db.role.findFirstOrThrow({ where: { name: "owner" } });
    const owner = await ownerOf(world(), world().a);
    const mine = await keeper.db.role.create({ data: { name: "mine" } });
    const attempts: Record<string, () => Promise<unknown>> = {
      "a permission": () => keeper.db.rolePermission.create({ data: { roleId: mine.id, permission: "batches:update" } }),
      "a wider one": () => keeper.db.rolePermission.create({ data: { roleId: mine.id, permission: "batches:*" } }),
      everything: () => keeper.db.rolePermission.create({ data: { roleId: mine.id, permission: "*:*" } }),
      "the role owner": () => keeper.db.userRole.create({ data: { userId: keeper.id, roleId: ownerRole } }),
      "another role by an update": () =>
        keeper.db.userRole.updateMany({ where: { userId: keeper.id }, data: { roleId: ownerRole } }),
      "another user by an update": () =>
        keeper.db.userRole.updateMany({ where: { userId: owner.id }, data: { userId: keeper.id } }),
      "a permission moved to my role": () => keeper.db.rolePermission.updateMany({ data: { roleId: mine.id } }),
      "the owner's address": () => keeper.db.user.update({ where: { id: owner.id }, data: { email: "eve@eve.test" } }),
      "the owner's end": () => keeper.db.user.update({ where: { id: owner.id }, data: { disabledAt: new Date() } }),
      "a role taken from the owner": () => keeper.db.userRole.deleteMany({ where: { userId: owner.id } }),
      "a role deleted with what it holds": async () => {
        const { id } = await world()
          .db(world().a)
          .role.create({
            data: { name: `strong-${Date.now()}`, permissions: { create: { permission: "batches:delete" } } },
          });
        await keeper.db.role.delete({ where: { id } });
      },
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      await expect(attempt(), name).rejects.toMatchObject(denied);
    }
    const given = await keeper.db.rolePermission.create({ data: { roleId: mine.id, permission: "batches:read" } });
    expect(await keeper.db.userRole.create({ data: { userId: keeper.id, roleId: mine.id } })).toBeDefined();
    expect(await keeper.db.rolePermission.delete({ where: { id: given.id } })).toBeDefined();
  });
});
