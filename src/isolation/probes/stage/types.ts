import type { Relation } from "../../catalog/catalog.js";
import type { Session } from "./session.js";
import { literal } from "./sql.js";

/** What a column's values can be, below its domains. */
export interface ValueType {
  /** As PostgreSQL prints it. */
  readonly name: string;
  /** pg_type.typcategory: `S` string, `N` number, `B` boolean, `D` date or time, `E` enum, `A` array … */
  readonly category: string;
  readonly labels: readonly string[];
  /** CHECKs of its domains, with VALUE for the value. */
  readonly checks: readonly string[];
}

/** Types of all columns of relations, by name as the columns have it. */
export async function readTypes(session: Session, relations: readonly Relation[]): Promise<ReadonlyMap<string, ValueType>> {
  const names = [...new Set(relations.flatMap(({ columns }) => columns.map(({ type }) => type)))];
  if (names.length === 0) return new Map();
  const rows = await session.look<ValueType & { readonly asked: string }>(`
    WITH RECURSIVE step(asked, type, modifier, checks) AS (
      SELECT n, to_regtype(n)::oid, NULL::integer, '[]'::jsonb FROM unnest(ARRAY[${names.map(literal).join(", ")}]) n
      UNION ALL
      SELECT s.asked, t.typbasetype, nullif(t.typtypmod, -1),
        s.checks || (SELECT coalesce(jsonb_agg(pg_get_expr(c.conbin, 0)), '[]') FROM pg_constraint c WHERE c.contypid = t.oid AND c.contype = 'c')
      FROM step s JOIN pg_type t ON t.oid = s.type AND t.typtype = 'd')
    SELECT s.asked, CASE WHEN s.modifier IS NULL AND NOT EXISTS (SELECT FROM step o WHERE o.asked = s.asked AND o.type <> s.type)
        THEN s.asked ELSE format_type(t.oid, s.modifier) END AS name,
      t.typcategory AS category, s.checks,
      to_jsonb(ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder)) AS labels
    FROM step s JOIN pg_type t ON t.oid = s.type AND t.typtype <> 'd'`);
  return new Map(rows.map(({ asked, ...type }) => [asked, type]));
}
