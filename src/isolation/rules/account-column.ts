import type { Relation } from "../catalog/catalog.js";
import { objectOf, quoteIdentifier } from "../names.js";
import type { Flaw, Rule } from "../rule.js";
import { candidates, type TenantTable } from "../tenancy.js";

/** Of accounts' own key; the guard's signed context knows uuids only. */
function wantedType(accounts: Relation | undefined, key: string, guard: boolean): string {
  return guard ? "uuid" : (accounts?.columns.find(({ name }) => name === key)?.type ?? "uuid");
}

export const accountColumn: Rule = {
  id: "account-column",
  title: "Every tenant table says in a required column which account a row belongs to.",
  severity: "critical",
  check(facts) {
    const { accounts, guard } = facts.target;
    const type = wantedType(
      facts.catalog.relations.find(({ name }) => name === accounts.table),
      accounts.key,
      guard,
    );
    const tables = candidates(facts);
    const empty = facts.target.schemas.filter((schema) => !tables.some(({ table }) => table.schema === schema));
    return { checked: tables.length, findings: [...tables.flatMap((each) => flaws(each, type)), ...empty.map(emptyFlaw)] };
  },
};

function emptyFlaw(schema: string): Flaw {
  const allows = "Nothing was shown about the tenants' tables: there is none where they should be.";
  return { object: `schema ${schema}`, severity: "medium", allows, evidence: "no table in it, or no such schema", fix: null };
}

function flaws({ table, account }: TenantTable, type: string): readonly Flaw[] {
  const object = objectOf(table);
  const name = quoteIdentifier(account);
  const column = table.columns.find((each) => each.name === account);
  if (!column) {
    const evidence = `columns: ${table.columns.map((each) => each.name).join(", ")}`;
    const allows = "Nothing tells whose row a row is, so every tenant that may read the table reads all of it.";
    return [{ object, allows, evidence, fix: `ALTER TABLE ${table.name} ADD COLUMN ${name} ${type} NOT NULL;` }];
  }
  const found: Flaw[] = [];
  const isUnproven = table.constraints.some(
    ({ kind, columns, validated }) => kind === "not null" && columns.includes(account) && !validated,
  );
  if (!column.notNull || isUnproven) {
    found.push({
      object,
      severity: "high",
      allows: "Rows without an account belong to nobody: no purge removes them.",
      evidence: `${account} ${column.type}${isUnproven ? " NOT NULL NOT VALID" : ""}`,
      fix: `ALTER TABLE ${table.name} ALTER COLUMN ${name} SET NOT NULL;`,
    });
  }
  if (column.type !== type || column.generated) {
    // Its type can't be changed under a policy, nor what is computed be written.
    const isHeld = column.generated || table.policies.length > 0;
    found.push({
      object,
      severity: "high",
      allows: "What is compared with the asking account isn't the account's own key.",
      evidence: `${account} ${column.type}${column.generated ? " GENERATED" : ""}, where accounts have ${type}`,
      fix: isHeld ? null : `ALTER TABLE ${table.name} ALTER COLUMN ${name} TYPE ${type} USING ${name}::text::${type};`,
    });
  }
  return found;
}
