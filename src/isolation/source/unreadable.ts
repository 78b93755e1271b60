import type { SourceRule } from "./source-rule.js";

/** What can't be read isn't known to be clean. */
export const UNREADABLE: SourceRule = {
  id: "source-unreadable",
  title: "Every file that was named could be read as what it is.",
  severity: "high",
};
