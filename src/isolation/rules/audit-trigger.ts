import type { Trigger } from "../catalog/catalog.js";
import { protectStatement } from "../names.js";
import type { TenantTable } from "../tenancy.js";
import { isHiddenPart, rightsOfOthers } from "./rights.js";
import { tableRule } from "./table-rule.js";

const WRITES = ["insert", "update", "delete"] as const;

export const auditTrigger = tableRule({
  id: "audit-trigger",
  title: "Every write to a tenant table is logged, whatever row, column or session it comes from.",
  severity: "high",
  appliesTo: ({ table }, facts) => facts.target.audit && !isHiddenPart(table, facts),
  flaws: (each, facts) => {
    const { table, appendOnly } = each;
    const isWritten = rightsOfOthers(table, facts).some(({ right }) => right !== "SELECT");
    // A log isn't logged in turn, as long as nobody but the guard's functions adds to it and a change is refused.
    const isLog = facts.target.guard && appendOnly && !isWritten;
    const missing = WRITES.filter((event) => {
      if (isLog && event === "insert") return false;
      return !table.triggers.some(
        (trigger) => isWhole(trigger) && trigger.events.includes(event) && isAudit(trigger, each, facts.target.guard, isLog),
      );
    });
    if (missing.length === 0) return [];
    return [
      {
        allows: "Rows change and nobody can tell who changed them.",
        evidence: `no whole audit trigger for ${missing.join(", ")}: ${table.triggers.map(described).join("; ") || "no triggers"}`,
        fix: facts.target.guard ? protectStatement(table) : null,
      },
    ];
  },
});

/** Fires for every row and column of its events, in every session that the target allows. */
function isWhole({ enabled, when, columns }: Trigger): boolean {
  return (enabled === "always" || enabled === "origin") && when === null && columns.length === 0;
}

function isAudit(trigger: Trigger, { table, account, appendOnly }: TenantTable, guard: boolean, isLog: boolean): boolean {
  if (!guard) return trigger.timing === "after";
  if (trigger.enabled !== "always") return false;
  if (isLog && trigger.function === "guard.refuse()" && trigger.timing === "before") return true;
  const [append, column, keys] = trigger.arguments;
  return (
    trigger.function === "guard.audit_write()" &&
    trigger.timing === "after" &&
    trigger.level === "statement" &&
    append?.startsWith("t") === appendOnly &&
    column === account &&
    keys === keyOf(table)
  );
}

/** The key's columns as guard.attach() writes them down: without the account, unless that is all of it. */
export function keyOf({ constraints }: TenantTable["table"]): string | undefined {
  const primary = constraints.find(({ kind }) => kind === "primary key");
  if (!primary) return undefined;
  const columns = primary.columns.length === 1 ? primary.columns : primary.columns.slice(1);
  return `{${columns.map((name) => (/^[A-Za-z_][\w$]*$/.test(name) && name.toLowerCase() !== "null" ? name : JSON.stringify(name))).join(",")}}`;
}

function described({ name, enabled, events, when, columns }: Trigger): string {
  const limits = `${columns.length > 0 ? ` OF ${columns.join(", ")}` : ""}${when === null ? "" : ` WHEN (${when})`}`;
  return `${name} (${events.join(", ")}${limits}; ${enabled})`;
}
