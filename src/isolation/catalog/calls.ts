/**
 * Functions that run without being named: behind an operator, an operator class, a cast, a range, a domain's check, and
 * whatever of these a type is made of. PostgreSQL's own are in no dependency; an extension's are judged with it.
 */
const LEADING = `('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass)`;

/** Where one step leads from a type, an operator or an operator class. */
const STEPS = `
  SELECT classid, objid, refclassid, refobjid FROM pg_depend
    WHERE classid IN ('pg_type'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass) AND refclassid IN ${LEADING}
  UNION ALL SELECT 'pg_type'::regclass, k.contypid, d.refclassid, d.refobjid FROM pg_constraint k
    JOIN pg_depend d ON d.classid = 'pg_constraint'::regclass AND d.objid = k.oid AND d.refclassid IN ${LEADING} WHERE k.contypid <> 0
  UNION ALL SELECT 'pg_type'::regclass, t.oid, 'pg_type'::regclass, a.atttypid FROM pg_type t
    JOIN pg_attribute a ON a.attrelid = t.typrelid AND a.attnum > 0 AND a.atttypid >= 16384 WHERE t.typrelid <> 0
  UNION ALL SELECT 'pg_type'::regclass, t.type, 'pg_proc'::regclass, c.castfunc FROM pg_cast c,
    LATERAL (VALUES (c.castsource), (c.casttarget)) t(type) WHERE t.type >= 16384 AND c.castfunc >= 16384
  UNION ALL SELECT 'pg_type'::regclass, opcintype, 'pg_opclass'::regclass, oid FROM pg_opclass WHERE oid >= 16384 AND opcintype >= 16384
  UNION ALL SELECT 'pg_opclass'::regclass, o.oid, 'pg_proc'::regclass, p.amproc FROM pg_opclass o
    JOIN pg_amproc p ON p.amprocfamily = o.opcfamily WHERE o.oid >= 16384 AND p.amproc >= 16384
  UNION ALL SELECT 'pg_opclass'::regclass, o.oid, 'pg_operator'::regclass, a.amopopr FROM pg_opclass o
    JOIN pg_amop a ON a.amopfamily = o.opcfamily WHERE o.oid >= 16384 AND a.amopopr >= 16384`;

/** Brought by an extension, or made with a range type to make its values. */
const isGiven = (oid: string) =>
  `EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = ${oid} AND e.deptype IN ('e', 'i'))`;

/** What a query that uses callsOf() begins with: types, operators and operator classes with the functions behind them. */
export const WITH_CARRIERS = `
  WITH RECURSIVE step(class, id, to_class, to_id) AS (${STEPS}),
  way(class, id, to_class, to_id) AS (
    SELECT class::oid, id, to_class::oid, to_id FROM step
    UNION SELECT w.class, w.id, s.to_class, s.to_id FROM way w JOIN step s ON s.class = w.to_class AND s.id = w.to_id),
  carrier AS MATERIALIZED (
    SELECT class, id, to_id AS function FROM way WHERE to_class = 'pg_proc'::regclass AND NOT ${isGiven("to_id")})`;

/**
 * JSON list of the functions that objects call, named or not.
 * @param objects a query of `class` (the catalog) and `id`
 */
export function callsOf(objects: string): string {
  return `(SELECT coalesce(json_agg(DISTINCT f.id::regprocedure::text), '[]') FROM (${objects}) o
    JOIN pg_depend d ON d.classid = o.class AND d.objid = o.id
    CROSS JOIN LATERAL (
      SELECT d.refobjid AS id WHERE d.refclassid = 'pg_proc'::regclass AND NOT ${isGiven("d.refobjid")}
      UNION ALL SELECT c.function FROM carrier c WHERE c.class = d.refclassid AND c.id = d.refobjid) f)`;
}
