import { planes } from "../planes.js";
import type { Plane } from "../probe.js";
import type { Facts } from "../rule.js";
import type { Cast } from "./scene.js";
import { type Identity, takeIdentity } from "./stage/identity.js";
import type { Session } from "./stage/session.js";

/** Takes on every login of both planes. What can't be acted as is said in `unclear`. */
export async function findCast(session: Session, facts: Facts, unclear: string[]): Promise<Cast> {
  const { runtime, control } = planes(facts);
  const take = async (plane: Plane, names: ReadonlySet<string>): Promise<readonly Identity[]> => {
    const found: Identity[] = [];
    for (const role of names) {
      const identity = await takeIdentity(session, facts.catalog, { plane, role });
      if (typeof identity === "string") unclear.push(identity);
      else found.push(identity);
    }
    return found;
  };
  return { runtime: await take("runtime", runtime), control: await take("control", control) };
}
