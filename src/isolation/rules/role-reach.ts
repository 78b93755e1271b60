import { quoteIdentifier } from "../names.js";
import { planes } from "../planes.js";
import type { Facts, Flaw, Rule } from "../rule.js";

/** PostgreSQL's own roles that give no way to rows, files, settings or other sessions. */
const HARMLESS: readonly string[] = ["pg_use_reserved_connections", "pg_checkpoint"];

export const roleReach: Rule = {
  id: "role-reach",
  title: "No role of either plane can become, or use the rights of, an owner or a role with powers over everything.",
  severity: "critical",
  check(facts) {
    const { runtime, control } = planes(facts);
    const roles = [...runtime, ...control];
    return { checked: roles.length, findings: roles.flatMap((role) => flaws(role, facts)) };
  },
};

function flaws(name: string, facts: Facts): readonly Flaw[] {
  const { reach, roles, runtime, control } = planes(facts);
  const plane = runtime.has(name) ? runtime : control;
  return [...reach(name)].flatMap(([other, way]): Flaw[] => {
    // What it has through another of its plane is that one's finding.
    if (
      way
        .split(" → ")
        .slice(1, -1)
        .some((step) => plane.has(step))
    )
      return [];
    const what = kindOf(other, facts);
    if (what === null) return [];
    return [
      {
        object: `role ${name}`,
        severity:
          roles.get(other)?.builtIn || facts.target.roles.owners.includes(other) || what !== "another role"
            ? "critical"
            : "medium",
        allows: `It has, or can give itself, what ${other} may do: ${what}.`,
        evidence: way,
        fix: revocation(way.split(" → ")[1] ?? "", name, facts),
      },
    ];
  });
}

/** From PostgreSQL 16 on each grantor's gift is taken back by itself. */
function revocation(role: string, member: string, { catalog }: Facts): string | null {
  const given = catalog.memberships.find((each) => each.role === role && each.member === member);
  // The database's owner is in this one by owning it.
  if (!given || given.grantors.length === 0) return null;
  const statement = `REVOKE ${quoteIdentifier(role)} FROM ${quoteIdentifier(member)}`;
  if (catalog.server.number < 160000) return `${statement};`;
  return given.grantors.map((grantor) => `${statement} GRANTED BY ${quoteIdentifier(grantor)};`).join(" ");
}

/** What makes a role that is reached dangerous; null for nothing. */
function kindOf(name: string, facts: Facts): string | null {
  const { roles, runtime, control } = planes(facts);
  const role = roles.get(name);
  if (facts.target.roles.owners.includes(name)) return "an owner of everything";
  if (!role || role.superuser) return "a superuser";
  if (role.bypassRls) return "a role that no policy holds for";
  if (role.createRole || role.replication) return "a role that makes roles or copies the cluster";
  if (name.startsWith("pg_")) return HARMLESS.includes(name) ? null : "one of PostgreSQL's roles over everything";
  if (runtime.has(name) || control.has(name)) return null; // planes-apart
  return facts.target.guard ? "another role" : null;
}

export const planesApart: Rule = {
  id: "planes-apart",
  title: "No role is in both planes.",
  severity: "critical",
  check(facts) {
    const { runtime, control, reach, roles } = planes(facts);
    const shared = [...roles.keys()].filter(
      (name) => isIn(name, runtime, reach) && isIn(name, control, reach) && !planes(facts).owners.has(name),
    );
    const findings = shared.map((name) => ({
      object: `role ${name}`,
      allows: "The vendor's rights and the tenants' meet in one login: it reads both, and ends and reads the other's sessions.",
      evidence: [...reach(name).values()].join("; ") || "named in both",
      fix: null,
    }));
    return { checked: roles.size, findings };
  },
};

function isIn(name: string, plane: ReadonlySet<string>, reach: (role: string) => ReadonlyMap<string, string>): boolean {
  return plane.has(name) || [...reach(name).keys()].some((each) => plane.has(each));
}

export const administrators: Rule = {
  id: "administrators",
  title: "Whoever passes by the policies is known: PostgreSQL's first superuser, the named owners, and whom this check runs as.",
  severity: "medium",
  check(facts) {
    const { roles, runtime, control, reach } = planes(facts);
    const { owners } = facts.target.roles;
    const known = (name: string) => owners.includes(name) || name === facts.catalog.server.user;
    const others = [...roles.values()].filter(
      ({ name, builtIn }) => !builtIn && !known(name) && !runtime.has(name) && !control.has(name),
    );
    const findings = others.flatMap((role): Flaw[] => {
      const reached = [...reach(role.name)].filter(
        ([other]) => owners.includes(other) || roles.get(other)?.superuser || isPredefined(other),
      );
      const powers = [role.superuser && "SUPERUSER", role.bypassRls && "BYPASSRLS", role.replication && "REPLICATION"].filter(
        Boolean,
      );
      if (powers.length === 0 && reached.length === 0) return [];
      return [
        {
          object: `role ${role.name}`,
          allows: "One more role than is known reads and changes the rows of every tenant.",
          evidence: [...powers, ...reached.map(([, way]) => way)].join(", "),
          fix: null,
        },
      ];
    });
    return { checked: others.length, findings };
  },
};

function isPredefined(name: string): boolean {
  return /^pg_(read|write)_(all_data|server_files)$|^pg_(execute_server_program|database_owner|create_subscription|maintain)$/.test(
    name,
  );
}
