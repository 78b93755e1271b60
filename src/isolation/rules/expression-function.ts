import { tableRule } from "./table-rule.js";
import { unclear } from "./trigger-not-understood.js";

export const expressionFunction = tableRule({
  id: "expression-function",
  title: "Every function that runs when a tenant's row is written or counted does nothing beyond its arguments.",
  severity: "high",
  flaws: ({ table }, facts) =>
    table.calls.flatMap((name) => {
      const why = unclear(name, facts);
      if (why === null) return [];
      return [
        {
          allows: "Whatever any tenant writes is handed to code that isn't known to keep it to itself.",
          evidence: `a default, constraint, index, type, partition key or statistic calls ${name}: ${why}`,
          fix: null,
        },
      ];
    }),
});
