import { tableRule } from "./table-rule.js";

const LOOSE_TYPES = /^jsonb?$|\[\]$/;

export const looseReferences = tableRule({
  id: "loose-references",
  title: "No list or document holds ids of rows, which no constraint could cover.",
  severity: "low",
  flaws: ({ table }) =>
    table.columns
      .filter(({ name, type }) => /_ids?$/i.test(name) && LOOSE_TYPES.test(type))
      .map(({ name, type }) => ({
        allows: "Ids of another tenant's rows can stand in it, and stay when those rows go; nothing in the database sees it.",
        evidence: `${name} ${type}`,
        fix: null,
      })),
});
