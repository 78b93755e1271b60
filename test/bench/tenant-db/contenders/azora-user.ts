import { randomUUID } from "node:crypto";
import { azoraClient, azoraConnection, contenderOf } from "./azora.js";
import type { Contender, Place } from "./contender.js";

/** As many as an administrator's role holds: the check reads all of them. */
const PERMISSIONS = ["*:create", "*:read", "*:update", "*:delete", "users:*", "access:*", "audit:read"];

/** One tenant client of a user's, kept: what it may do is asked at each statement. */
export async function openAzoraUser(place: Place): Promise<Contender> {
  const connection = azoraConnection(place);
  // The types of Prisma's own client ask for an account that azora knows by itself.
  const application = azoraClient(connection, place.accountId, { readAudit: "off" }) as unknown as Application;
  const mark = randomUUID();
  const role = await application.role.create({
    data: { name: mark, permissions: { create: PERMISSIONS.map((permission) => ({ permission })) } },
  });
  const user = await application.user.create({
    data: { email: `${mark}@bench.test`, name: "bench", roles: { create: { roleId: role.id } } },
  });
  const client = azoraClient(connection, place.accountId, { actor: `user:${user.id}` });
  return contenderOf(place, connection, () => client);
}

interface Application {
  readonly role: { create(args: object): Promise<{ readonly id: string }> };
  readonly user: { create(args: object): Promise<{ readonly id: string }> };
}
