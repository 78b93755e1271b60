import type { Catalog } from "../catalog/catalog.js";
import type { Plane } from "../probe.js";
import type { Target } from "../target.js";
import type { Cast } from "./scene.js";
import { type Identity, takeIdentity } from "./stage/identity.js";
import type { Session } from "./stage/session.js";

/** Takes on every login of both planes. What can't be acted as is said in `unclear`. */
export async function findCast(session: Session, catalog: Catalog, { roles }: Target, unclear: string[]): Promise<Cast> {
  const take = async (plane: Plane, names: readonly string[]): Promise<readonly Identity[]> => {
    const found: Identity[] = [];
    for (const role of names) {
      const identity = await takeIdentity(session, catalog, { plane, role });
      if (typeof identity === "string") unclear.push(identity);
      else found.push(identity);
    }
    return found;
  };
  return { runtime: await take("runtime", roles.runtime), control: await take("control", withMembers(catalog, roles.control)) };
}

/** Roles and whoever is their member, at whatever distance; whoever passes by every right is no member of a plane. */
function withMembers({ roles, memberships }: Catalog, names: readonly string[]): readonly string[] {
  const found = new Set(names);
  for (const role of found) {
    for (const { role: group, member } of memberships) if (group === role) found.add(member);
  }
  const superusers = new Set(roles.filter(({ superuser }) => superuser).map(({ name }) => name));
  return [...found].filter((name) => names.includes(name) || !superusers.has(name));
}
