import type { TableStats, TenantStats } from "../../control-plane/tenant-stats.js";
import type { Output } from "../io.js";
import { type Column, renderTable } from "../table.js";

type Row = TableStats & { readonly table: string };

const COLUMNS: readonly Column<Row>[] = [
  { title: "TABLE", value: ({ table }) => table },
  { title: "ROWS", value: ({ rows }) => rows, align: "right" },
  { title: "BYTES", value: ({ bytes }) => bytes, align: "right" },
];

export function statsTable(output: Output, { tables, total }: TenantStats): string {
  const rows = Object.entries(tables).map(([table, stats]) => ({ table, ...stats }));
  return renderTable(output, COLUMNS, [
    ...rows.sort((one, other) => one.table.localeCompare(other.table)),
    { table: "total", ...total },
  ]);
}
