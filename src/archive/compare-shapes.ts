import { type ColumnShape, columnFact, type TableShape } from "./manifest.js";

/**
 * In what an archive's tables are not those of an installation, a sentence each; none when its rows fit.
 * @param there the archive's
 * @param here the installation's
 */
export function compareShapes(there: readonly TableShape[], here: readonly TableShape[]): readonly string[] {
  const ours = byName(here);
  const theirs = byName(there);
  return [
    ...there.flatMap((table) => {
      const own = ours.get(table.name);
      return own ? compareTables(table, own) : [`${table.name} is in the archive, and no tenant table here`];
    }),
    ...here.filter(({ name }) => !theirs.has(name)).map(({ name }) => `${name} is a tenant table here, and not in the archive`),
  ];
}

function compareTables(there: TableShape, here: TableShape): readonly string[] {
  const { name } = here;
  const [ours, theirs] = [byName(here.columns), byName(there.columns)];
  return [
    ...(there.accountColumn === here.accountColumn
      ? []
      : [`the account of ${name} is in ${there.accountColumn} in the archive and in ${here.accountColumn} here`]),
    ...(there.key.join() === here.key.join() ? [] : [`the key of ${name} is another here`]),
    ...there.columns.flatMap((column) => {
      const own = ours.get(column.name);
      if (!own) return [`${name}.${column.name} is in the archive only`];
      return columnFact(column) === columnFact(own)
        ? []
        : [`${name}.${column.name} is ${describe(column)} in the archive and ${describe(own)} here`];
    }),
    ...here.columns.filter((column) => !theirs.has(column.name)).map((column) => `${name}.${column.name} is here only`),
  ];
}

function describe({ type, nullable, generated, labels }: ColumnShape): string {
  return [type, labels && `(${labels.join(", ")})`, !nullable && "NOT NULL", generated && "GENERATED"].filter(Boolean).join(" ");
}

function byName<T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}
