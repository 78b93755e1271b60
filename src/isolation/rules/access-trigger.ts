import type { Relation, Trigger } from "../catalog/catalog.js";
import { objectOf, quoteIdentifier } from "../names.js";
import type { Flaw, Rule } from "../rule.js";
import { relationsByName } from "../tenancy.js";

type Event = Trigger["events"][number];

interface Kept {
  readonly table: string;
  readonly timing: Trigger["timing"];
  readonly level: Trigger["level"];
  readonly function: string;
  readonly events: readonly Event[];
}

/** Nobody gives or takes more than he holds, before; what everybody may do is made anew, and an owner is left, after. */
const BEFORE = { timing: "before", level: "row", function: "guard.keep_access()" } as const;
const AFTER = { timing: "after", level: "statement", function: "guard.renew_actors()" } as const;
const WRITES: readonly Event[] = ["insert", "update", "delete"];
const CHANGES: readonly Event[] = ["update", "delete"];

const KEPT: readonly Kept[] = [
  { table: "tenant.users", ...BEFORE, events: CHANGES },
  { table: "tenant.roles", ...BEFORE, events: CHANGES },
  { table: "tenant.role_permissions", ...BEFORE, events: WRITES },
  { table: "tenant.user_roles", ...BEFORE, events: WRITES },
  { table: "tenant.users", ...AFTER, events: ["update"] },
  { table: "tenant.role_permissions", ...AFTER, events: WRITES },
  { table: "tenant.user_roles", ...AFTER, events: WRITES },
];

export const accessTrigger: Rule = {
  id: "access-trigger",
  title: "Whoever changes who may do what is held to what he holds, and it holds from the next statement on.",
  severity: "high",
  check(facts) {
    if (!facts.target.guard) return { checked: 0, findings: [] };
    const findings = KEPT.flatMap((kept): Flaw[] => {
      const table = relationsByName(facts).get(kept.table);
      if (!table) return [];
      const missing = kept.events.filter((event) => !table.triggers.some((trigger) => keeps(trigger, kept, event)));
      return missing.length === 0 ? [] : [flaw(table, kept, missing)];
    });
    return { checked: KEPT.length, findings };
  },
};

function keeps(trigger: Trigger, kept: Kept, event: Event): boolean {
  const isWhole = trigger.columns.length === 0 && (trigger.when === null || (event !== "delete" && isOwnersOwn(trigger.when)));
  return (
    trigger.enabled === "always" &&
    isWhole &&
    trigger.timing === kept.timing &&
    trigger.level === kept.level &&
    trigger.function === kept.function &&
    trigger.events.includes(event)
  );
}

/** Leaves out what the owner's functions write themselves; a cascade runs as the owner too, but only deletes. */
function isOwnersOwn(when: string): boolean {
  return /^\(?CURRENT_USER <> 'azora_owner'::name\)?$/.test(when);
}

function flaw(table: Relation, kept: Kept, missing: readonly Event[]): Flaw {
  const own = table.triggers.find((trigger) => trigger.function === kept.function && trigger.enabled !== "always");
  return {
    object: objectOf(table),
    allows: "A user gives himself what nobody gave him, keeps what was taken from him, or leaves a tenant without an owner.",
    evidence: `${kept.function} isn't always run ${kept.timing} ${missing.join(", ")}`,
    fix: own ? `ALTER TABLE ${table.name} ENABLE ALWAYS TRIGGER ${quoteIdentifier(own.name)};` : null,
  };
}
