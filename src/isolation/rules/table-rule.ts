import { objectOf } from "../names.js";
import type { Facts, Flaw, Rule } from "../rule.js";
import { type TenantTable, tenantTables } from "../tenancy.js";

/** A flaw of a tenant table, whose name its rule adds. */
export type TableFlaw = Omit<Flaw, "object">;

interface TableRule extends Pick<Rule, "id" | "title" | "severity"> {
  /** Which tenant tables it is about; all of them when left out. */
  appliesTo?(table: TenantTable, facts: Facts): boolean;
  flaws(table: TenantTable, facts: Facts): readonly TableFlaw[];
}

/** A rule that every tenant table is held against. */
export function tableRule({ appliesTo, flaws, ...rule }: TableRule): Rule {
  return {
    ...rule,
    check(facts) {
      const tables = tenantTables(facts).filter((table) => appliesTo?.(table, facts) ?? true);
      const findings = tables.flatMap((each) => flaws(each, facts).map((flaw) => ({ object: objectOf(each.table), ...flaw })));
      return { checked: tables.length, findings };
    },
  };
}
