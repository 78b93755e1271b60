import type { Catalog, DatabaseFunction, Relation } from "../catalog/catalog.js";
import { policySql } from "../report/policy-sql.js";
import type { Report } from "../report/report.js";

/** Functions, row security and policies of a database, as its catalog has them: to read, not to run. */
export function databaseSql({ catalog }: Pick<Report, "catalog">): string {
  const own = catalog.functions.filter(({ extension }) => extension === null);
  const guarded = catalog.relations.filter(({ rowSecurity, policies }) => rowSecurity || policies.length > 0);
  return `${[...own.map(describeFunction), ...guarded.map(describeSecurity)].join("\n\n")}\n`;
}

function describeFunction({
  name,
  returns,
  language,
  volatility,
  securityDefiner,
  settings,
  owner,
  body,
}: DatabaseFunction): string {
  const traits = [
    language,
    volatility,
    ...(securityDefiner ? ["SECURITY DEFINER"] : []),
    ...settings.map((each) => `SET ${each}`),
  ];
  return `-- function ${name} returns ${returns}; owner ${owner}; ${traits.join(", ")}\n${body.trim()}`;
}

function describeSecurity({ name, kind, rowSecurity, forceRowSecurity, policies }: Relation): string {
  const state = rowSecurity ? (forceRowSecurity ? "forced" : "enabled, not forced") : "off";
  return [`-- ${kind} ${name}: row security ${state}`, ...policies.map((policy) => policySql(policy, name))].join("\n");
}

/** Every right that somebody holds, a line each, tab-separated. */
export function grantsTable({ catalog }: Pick<Report, "catalog">): string {
  const lines = [
    ...catalog.schemas.flatMap((schema) => rights("schema", schema.name, schema.grants)),
    ...catalog.relations.flatMap(({ kind, name, grants, columns }) => [
      ...rights(kind, name, grants),
      ...columns.flatMap((column) => rights("column", `${name}.${column.name}`, column.grants)),
    ]),
    ...catalog.functions.flatMap(({ name, grants }) => rights("function", name, grants)),
    ...rights("database", catalog.server.database, catalog.database.grants),
  ];
  return `kind\tobject\tgrantee\tright\tgrantable\n${lines.map((line) => `${line.map(oneCell).join("\t")}\n`).join("")}`;
}

function rights(kind: string, object: string, grants: Catalog["schemas"][number]["grants"]): string[][] {
  return grants.map(({ grantee, right, grantable }) => [kind, object, grantee ?? "PUBLIC", right, grantable ? "yes" : "no"]);
}

function oneCell(text: string): string {
  return text.replaceAll(/[\t\r\n]/g, " ");
}
