import type { Grant, Membership, Role } from "./catalog/catalog.js";
import { remember } from "./remember.js";
import type { Facts } from "./rule.js";

/** Whose side a holder of rights is on. */
export type Side = "owner" | "runtime" | "control" | "public" | "stranger";

/** Who belongs to which plane, by what roles can become. */
export interface Planes {
  /** Roles that the target names, with all their members. */
  readonly runtime: ReadonlySet<string>;
  readonly control: ReadonlySet<string>;
  /** Named owners, superusers, and who may become an owner without being in a plane by more than the right to grant it. */
  readonly owners: ReadonlySet<string>;
  readonly roles: ReadonlyMap<string, Role>;
  /** Everything a role may act as or get for itself, with the way there: `azora_runtime → app → azora_owner`. */
  reach(role: string): ReadonlyMap<string, string>;
  /** What it has without granting itself anything. */
  acts(role: string): ReadonlyMap<string, string>;
  sideOf(grantee: string | null): Side;
}

export const planes = remember((facts: Facts): Planes => {
  const { catalog, target } = facts;
  const roles = new Map(catalog.roles.map((role) => [role.name, role]));
  const edges = new Map<string, Membership[]>();
  for (const edge of catalog.memberships) edges.set(edge.member, [...(edges.get(edge.member) ?? []), edge]);
  const reach = byName((role) => closure(role, edges, true));
  const acts = byName((role) => closure(role, edges, false));

  const named = new Set(target.roles.owners);
  const isAdministrator = (role: Role) => (role.builtIn && role.superuser) || role.name === catalog.server.user;
  const isMember = (of: readonly string[]) => (role: Role) =>
    of.includes(role.name) ||
    (!isAdministrator(role) &&
      !named.has(role.name) &&
      (of.some((each) => acts(role.name).has(each)) ||
        // From PostgreSQL 16 on whoever makes a role may grant it: that alone doesn't put the installer into a plane.
        (of.some((each) => reach(role.name).has(each)) && !target.roles.owners.some((owner) => acts(role.name).has(owner)))));
  const runtime = new Set(catalog.roles.filter(isMember(target.roles.runtime)).map(({ name }) => name));
  const control = new Set(catalog.roles.filter(isMember(target.roles.control)).map(({ name }) => name));
  const isOwner = (role: Role) =>
    named.has(role.name) ||
    role.superuser ||
    isAdministrator(role) ||
    target.roles.owners.some((owner) => acts(role.name).has(owner));
  const owners = new Set(
    catalog.roles.filter((role) => !runtime.has(role.name) && !control.has(role.name) && isOwner(role)).map(({ name }) => name),
  );
  const reachedBy = (plane: ReadonlySet<string>) => new Set([...plane].flatMap((role) => [...reach(role).keys()]));
  const ofControl = reachedBy(control);
  const ofRuntime = reachedBy(runtime);
  const sideOf = (grantee: string | null): Side => {
    if (grantee === null) return "public";
    if (control.has(grantee)) return "control";
    if (runtime.has(grantee)) return "runtime";
    if (owners.has(grantee)) return "owner";
    if (ofControl.has(grantee)) return "control";
    return ofRuntime.has(grantee) ? "runtime" : "stranger";
  };
  return { runtime, control, owners, roles, reach, acts, sideOf };
});

function byName<Value>(work: (name: string) => Value): (name: string) => Value {
  const known = new Map<string, Value>();
  return (name) => {
    const found = known.get(name) ?? work(name);
    known.set(name, found);
    return found;
  };
}

/**
 * Where memberships lead. A role acts as another by SET, as long as every step has it; it has another's rights by
 * INHERIT; and what it may grant (ADMIN) it can grant to itself.
 */
function closure(
  role: string,
  edges: ReadonlyMap<string, readonly Membership[]>,
  granting: boolean,
): ReadonlyMap<string, string> {
  const ways = new Map<string, string>();
  const seen = new Set<string>();
  const open = [{ name: role, canBecome: true, way: role }];
  for (let at = open.pop(); at; at = open.pop()) {
    const key = `${at.canBecome}:${at.name}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (at.name !== role && !ways.has(at.name)) ways.set(at.name, at.way);
    for (const { role: next, inherit, set, admin } of edges.get(at.name) ?? []) {
      const becomes = (set && at.canBecome) || (admin && granting);
      if (becomes || inherit) open.push({ name: next, canBecome: becomes, way: `${at.way} → ${next}` });
    }
  }
  return ways;
}

/** How a right is written down in evidence: `SELECT to azora_support`. */
export function describeGrant({ grantee, right, grantable }: Grant, column?: string): string {
  return `${right}${column === undefined ? "" : ` (${column})`} to ${grantee ?? "PUBLIC"}${grantable ? " with grant option" : ""}`;
}
