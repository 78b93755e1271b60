import type { Role } from "../catalog/catalog.js";
import { quoteIdentifier } from "../names.js";
import { planes } from "../planes.js";
import type { Facts, Flaw, Rule } from "../rule.js";

const POWERS: readonly (readonly [keyof Role & string, string, string])[] = [
  ["superuser", "SUPERUSER", "No right and no policy holds for it."],
  ["bypassRls", "BYPASSRLS", "No policy holds for it: it reads the rows of every tenant."],
  ["createRole", "CREATEROLE", "It can make or change roles until one of them has what it lacks."],
  ["replication", "REPLICATION", "It can take a copy of the whole cluster, past every right and policy."],
  ["createDb", "CREATEDB", "It can copy this database, if that is ever a template, and owns the copy."],
];

export const rolePowers: Rule = {
  id: "role-powers",
  title: "No role of either plane, and no owner of tables, passes by rights or policies by itself.",
  severity: "critical",
  check(facts) {
    const { runtime, control, roles } = planes(facts);
    const names = new Set([...runtime, ...control, ...facts.target.roles.owners]);
    const checked = [...names].flatMap((name) => roles.get(name) ?? []);
    const gone = Object.values(facts.target.roles)
      .flat()
      .filter((name) => !roles.has(name));
    return { checked: checked.length, findings: [...checked.flatMap((role) => flaws(role, facts)), ...gone.map(missing)] };
  },
};

function flaws(role: Role, facts: Facts): readonly Flaw[] {
  const { runtime, control } = planes(facts);
  // An owner that is named may be a superuser in somebody's own target; the guard's forced policies need one that isn't.
  const isPlane = runtime.has(role.name) || control.has(role.name);
  if (!isPlane && !facts.target.guard) return [];
  const mayMakeLogins = facts.target.roles.registrars?.includes(role.name) ?? false;
  const powers = POWERS.filter(([power]) => role[power] === true && !(power === "createRole" && mayMakeLogins));
  const found: Flaw[] = powers.map(([power, word, allows]) => ({
    object: `role ${role.name}`,
    severity: power === "createDb" ? "medium" : "critical",
    allows,
    evidence: word,
    fix: `ALTER ROLE ${quoteIdentifier(role.name)} NO${word};`,
  }));
  if (!isPlane && role.login) {
    const allows = "Somebody can connect as the owner of everything, instead of becoming it by a membership that is seen.";
    found.push({
      object: `role ${role.name}`,
      severity: "high",
      allows,
      evidence: "LOGIN",
      fix: `ALTER ROLE ${quoteIdentifier(role.name)} NOLOGIN;`,
    });
  }
  return found;
}

function missing(name: string): Flaw {
  const allows = "What this role may do couldn't be shown.";
  return { object: `role ${name}`, severity: "medium", allows, evidence: "there is no such role", fix: null };
}
