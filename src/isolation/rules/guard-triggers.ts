import type { Trigger } from "../catalog/catalog.js";
import { protectStatement, quoteIdentifier } from "../names.js";
import { operands } from "../policy-expression.js";
import { isHiddenPart } from "./rights.js";
import { tableRule } from "./table-rule.js";

export const truncateTrigger = tableRule({
  id: "truncate-trigger",
  title: "TRUNCATE, which asks no policy, is refused on every tenant table.",
  severity: "medium",
  appliesTo: ({ table }, facts) => facts.target.guard && !isHiddenPart(table, facts),
  flaws: ({ table }) =>
    table.triggers.some(
      (trigger) =>
        isOn(trigger) &&
        trigger.function === "guard.refuse()" &&
        trigger.timing === "before" &&
        trigger.events.includes("truncate"),
    )
      ? []
      : [
          {
            allows: "One TRUNCATE, by whoever may or by a cascade, takes the rows of every tenant without a line in the log.",
            evidence: "no BEFORE TRUNCATE trigger that refuses, always on",
            fix: protectStatement(table),
          },
        ],
});

export const guardProtects = tableRule({
  id: "guard-protects",
  title: "The guard knows every tenant table, so that each purge proves that nothing is left in it.",
  severity: "medium",
  appliesTo: ({ table }, facts) => facts.target.guard && !isHiddenPart(table, facts),
  flaws: ({ table }, { catalog }) =>
    catalog.protectedTables.some((each) => each.table === table.name)
      ? []
      : [
          {
            allows: "A purge neither counts the table's rows nor looks whether any is left.",
            evidence: "not in guard.protected_tables",
            fix: protectStatement(table),
          },
        ],
});

export const identityTrigger = tableRule({
  id: "identity-trigger",
  title: "No row ever changes its account, whoever writes.",
  severity: "high",
  appliesTo: ({ table }, facts) => facts.target.guard && !isHiddenPart(table, facts),
  flaws: ({ table, account }) =>
    table.triggers.some(
      (trigger) => isOn(trigger) && trigger.timing === "before" && trigger.events.includes("update") && keeps(trigger, account),
    )
      ? []
      : [
          {
            allows: "An UPDATE moves a row, with all that refers to it, into another tenant.",
            evidence: "no BEFORE UPDATE trigger that keeps the account, always on, for every column",
            fix: protectStatement(table),
          },
        ],
});

function isOn({ enabled, columns }: Trigger): boolean {
  return enabled === "always" && columns.length === 0;
}

/** Refuses every update, or each that changes the account: its condition may only leave out those that don't. */
function keeps(trigger: Trigger, account: string): boolean {
  if (trigger.function === "guard.refuse()") return trigger.when === null;
  if (trigger.function !== "guard.keep_identity()" || trigger.level !== "row" || trigger.arguments[0] !== account) return false;
  if (trigger.when === null) return true;
  const name = quoteIdentifier(account);
  const parts = operands(trigger.when, " OR ");
  const isChange = /^(old\.\S+) IS DISTINCT FROM (new\.\S+)$/;
  return parts.every((part) => isChange.test(part)) && parts.includes(`old.${name} IS DISTINCT FROM new.${name}`);
}
