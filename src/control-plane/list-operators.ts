import { attempt } from "./attempt.js";
import type { ControlConnection } from "./connection.js";
import { type Operator, toOperator } from "./operator.js";

/**
 * Lists the operators in the order of their names, disabled ones included.
 * @throws AzoraError NOT_PERMITTED
 */
export async function listOperators(connection: ControlConnection): Promise<readonly Operator[]> {
  const rows = await attempt(connection, { action: "operator.list" }, () =>
    connection.client.operator.findMany({ orderBy: { login: "asc" } }),
  );
  return rows.map(toOperator);
}
