import { type Catalog, type Index, type Table, typeOf } from "./catalog.js";
import type { Finding } from "./finding.js";
import type { Scope } from "./scope.js";
import type { Tenancy, TenantTable } from "./tenancy.js";

/** What the shape of a schema means for the plan, table by table; no row is read. */
export function structureFindings(catalog: Catalog, scope: Scope, tenancy: Tenancy): Finding[] {
  const inside = new Set(tenancy.tables.map(({ table }) => table.name));
  const excluded = new Set(scope.outside.map(({ table }) => table));
  const findings = [
    ...tenancy.findings,
    ...tenancy.tables.flatMap((tenant) => [
      ...obstacles(tenant),
      ...references(tenant, { inside, excluded, accounts: tenancy.accounts.name }),
      // What is protected already has been told.
      ...(tenant.table.protectedBy === null ? changes(tenant) : []),
    ]),
    ...catalog.tables.filter(({ name }) => !inside.has(name)).flatMap((table) => referringIn(table, inside)),
  ];
  // A view that reads two tables is found twice.
  return findings.filter((finding, at) => at === findings.findIndex(({ message }) => message === finding.message));
}

function obstacles({ table, account }: TenantTable): Finding[] {
  const { name, isPlain, indexes, policies, views } = table;
  const findings: Finding[] = [];
  const blocks = (code: Finding["code"], message: string, fix: string) =>
    findings.push({ severity: "blocks", code, table: name, message, fix });
  if (!isPlain) {
    blocks(
      "NOT_PLAIN",
      `${name} is partitioned, inherits or is foreign: rows can be reached by another name.`,
      `--exclude ${name}=REASON, or make it an ordinary table first.`,
    );
  }
  if (!indexes.some(({ isPrimary }) => isPrimary)) {
    blocks(
      "NO_PRIMARY_KEY",
      `${name} has no primary key: the log could not name its rows.`,
      `ALTER TABLE ${name} ADD PRIMARY KEY (…);`,
    );
  }
  const type = typeOf(table, account);
  if (type !== undefined && type !== "uuid") {
    blocks(
      "COLUMN_TYPE",
      `The column ${account} of ${name} is ${type}, and the account's has to be uuid.`,
      "Choose another name with --account-column.",
    );
  }
  for (const policy of policies) {
    blocks(
      "POLICY",
      `${name} has the policy ${policy}; a second one would let more through.`,
      `DROP POLICY "${policy}" ON ${name};`,
    );
  }
  for (const index of indexes.filter(({ isExclusion }) => isExclusion)) {
    blocks("EXCLUSION", `${index.name} excludes rows across accounts.`, `Make it anew with ${account} WITH = in front.`);
  }
  for (const view of views.filter(({ isMaterialized }) => isMaterialized)) {
    blocks(
      "MATERIALIZED_VIEW",
      `${view.name} is a copy of rows of all accounts, and row security doesn't reach it.`,
      `DROP MATERIALIZED VIEW ${view.name}; or let it leave out ${name}.`,
    );
  }
  return findings;
}

function references(
  { table }: TenantTable,
  { inside, excluded, accounts }: { inside: ReadonlySet<string>; excluded: ReadonlySet<string>; accounts: string },
): Finding[] {
  const known = ["control.accounts", accounts];
  return table.foreignKeys
    .filter(({ references: to }) => !inside.has(to) && !excluded.has(to) && !known.includes(to))
    .map(({ name, references: to }) => ({
      severity: "blocks",
      code: "REFERS_OUTSIDE",
      table: table.name,
      message: `${name} refers to ${to}, which is not among the tables.`,
      fix: `Take it in with --table ${to}, or leave it outside, readable by all: --exclude ${to}=REASON.`,
    }));
}

/** A table outside that refers to one inside holds a tenant's data, and would keep its old key alive. */
function referringIn(table: Table, inside: ReadonlySet<string>): Finding[] {
  return table.foreignKeys
    .filter(({ references: to }) => inside.has(to))
    .map(({ name, references: to }) => ({
      severity: "blocks",
      code: "REFERRED_FROM_OUTSIDE",
      table: table.name,
      message: `${table.name} is to stay outside, but refers to ${to} by ${name}.`,
      fix: `Take it in with --table ${table.name}, or drop that foreign key.`,
    }));
}

/** A key that names a row of one account already is in one account, whatever it starts with. */
function spansAccounts({ columns }: Index, { account, links }: Pick<TenantTable, "account" | "links">): boolean {
  if (columns.includes(account)) return false;
  return !links.some(
    (link) => link.isRequired && link.columns.length > 0 && link.columns.every((column) => columns.includes(column)),
  );
}

function changes({ table, account, links }: TenantTable): Finding[] {
  const { name } = table;
  const findings: Finding[] = [];
  const say = (severity: "changes" | "note", code: Finding["code"], message: string, fix: string | null = null) =>
    findings.push({ severity, code, table: name, message, fix });
  for (const index of table.indexes.filter(
    (each) => each.isUnique && !each.isPrimary && spansAccounts(each, { account, links }),
  )) {
    say(
      "changes",
      "UNIQUE_PER_ACCOUNT",
      `${index.name} holds across all accounts today, and within each account afterwards: two accounts may have the same value.`,
      "Code that looks a row up by that value alone has to know the account first.",
    );
  }
  for (const { foreignKey } of links.filter(({ foreignKey: { onDelete } }) => "nd".includes(onDelete))) {
    say(
      "changes",
      "SET_NULL",
      `${foreignKey.name} empties ${foreignKey.columns.join(", ")} when ${foreignKey.references} loses the row; afterwards such a row can't be deleted while it is referred to.`,
      "Empty the column in the application before deleting.",
    );
  }
  for (const view of table.views.filter(({ isMaterialized, asInvoker }) => !isMaterialized && !asInvoker)) {
    say("changes", "VIEW", `${view.name} reads with its owner's rights; afterwards with the reader's (security_invoker).`);
  }
  if (table.grantees.length > 0) {
    say(
      "changes",
      "RIGHTS",
      `Rights on ${name} are taken from ${table.grantees.join(", ")} and from its present owner: only azora_runtime works in it.`,
    );
  }
  const triggers = table.triggers.filter((trigger) => !trigger.startsWith("guard_"));
  if (triggers.length > 0) {
    say("note", "TRIGGER", `${triggers.join(", ")} on ${name} will run with the tenant login's rights, in one account.`);
  }
  if (table.sequences.length > 0) {
    say(
      "note",
      "SEQUENCE",
      `${table.sequences.join(", ")} numbers the rows of all accounts: gaps tell how much the others write.`,
      "Take guard.uuid7() for ids that customers see.",
    );
  }
  return findings;
}
