import type { Constraint, Relation } from "../../catalog/catalog.js";

/** Foreign keys of a table that a new row has to satisfy. */
export function foreignKeys(relation: Relation): readonly Constraint[] {
  return relation.constraints.filter(({ kind, references }) => kind === "foreign key" && references !== null);
}

/** Whether a row may leave the reference empty: it has a column, besides the account's, that takes NULL. */
export function isOptional(relation: Relation, key: Constraint, account: string | null): boolean {
  return key.columns.some(
    (name) => name !== account && relation.columns.find((column) => column.name === name)?.notNull === false,
  );
}

interface Ordered {
  readonly relation: Relation;
  readonly account: string;
}

/**
 * Tables in an order in which rows can be made: what is referred to first. A cycle is entered where a reference may stay
 * empty; one that can't be is left together at the end, for keys that are chosen beforehand.
 */
export function inOrder<Table extends Ordered>(
  tables: readonly Table[],
): { readonly order: readonly Table[]; readonly cyclic: readonly Table[] } {
  const order: Table[] = [];
  let waiting = [...tables];
  const waitsFor = ({ relation, account }: Table, onlyRequired: boolean) =>
    foreignKeys(relation).some(
      (key) =>
        key.references !== relation.name &&
        waiting.some((other) => other.relation.name === key.references) &&
        !(onlyRequired && isOptional(relation, key, account)),
    );
  while (waiting.length > 0) {
    const next = waiting.find((table) => !waitsFor(table, false)) ?? waiting.find((table) => !waitsFor(table, true));
    if (!next) return { order, cyclic: waiting };
    order.push(next);
    waiting = waiting.filter((table) => table !== next);
  }
  return { order, cyclic: [] };
}
