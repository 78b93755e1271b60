import type { Policy } from "../catalog/catalog.js";
import { quoteIdentifier } from "../names.js";

/** A policy as the statement that would make it. */
export function policySql({ name, permissive, command, roles, using, check }: Policy, table: string): string {
  const to = roles.map((role) => (role === null ? "PUBLIC" : quoteIdentifier(role))).join(", ");
  return `${[
    `CREATE POLICY ${quoteIdentifier(name)} ON ${table}${permissive ? "" : " AS RESTRICTIVE"} FOR ${command.toUpperCase()} TO ${to}`,
    ...(using === null ? [] : [`  USING (${using})`]),
    ...(check === null ? [] : [`  WITH CHECK (${check})`]),
  ].join("\n")};`;
}
