import type { World } from "../support/world.js";

/**
 * An application's own tables under guard, with all that a text has to bring back: types of every kind, quoted names,
 * identity and serial columns, a generated one, a reference to the table itself, two tables in a circle.
 */
const SCHEMA = `
  CREATE SCHEMA lab AUTHORIZATION azora_owner;
  CREATE TYPE lab.mood AS ENUM ('good', 'not so, "good"');
  CREATE TYPE lab.pair AS (one integer, other text);
  CREATE DOMAIN lab.percent AS numeric CHECK (VALUE BETWEEN 0 AND 100);
  CREATE TABLE lab."Odd, ""table""" (
    account_id uuid NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, number serial, boss bigint,
    "Quoted ""name" text, fixed character(5), blank bpchar, "char" "char", raw bytea, ints integer[], texts text[], pairs lab.pair[],
    amount numeric, cents numeric(12,3), share lab.percent, big double precision, small real, whole smallint, huge bigint,
    at timestamptz, local timestamp, day date, clock timetz, span interval, doc json, docb jsonb, bits bit varying, net inet, mac macaddr,
    span_of int4range, yes boolean, mood lab.mood, moods lab.mood[], pair lab.pair, place point, search tsvector, xid xid8, owner regclass,
    doubled numeric GENERATED ALWAYS AS (cents * 2) STORED,
    PRIMARY KEY (account_id, id), FOREIGN KEY (account_id, boss) REFERENCES lab."Odd, ""table""" (account_id, id));
  CREATE TABLE lab.hens (account_id uuid NOT NULL, id integer, egg integer, PRIMARY KEY (account_id, id));
  CREATE TABLE lab.eggs (account_id uuid NOT NULL, id integer, hen integer NOT NULL, PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, hen) REFERENCES lab.hens (account_id, id));
  ALTER TABLE lab.hens ADD FOREIGN KEY (account_id, egg) REFERENCES lab.eggs (account_id, id);
  CREATE TABLE lab.countries (code text PRIMARY KEY);
  INSERT INTO lab.countries VALUES ('at'), ('de');
  CREATE TABLE lab.sites (shop_id uuid NOT NULL, id integer, country text NOT NULL REFERENCES lab.countries (code), PRIMARY KEY (shop_id, id));
  SELECT guard.protect('lab."Odd, ""table"""'), guard.protect('lab.hens'), guard.protect('lab.eggs'), guard.protect('lab.sites', account_column => 'shop_id');
`;

/** One row that is NULL wherever it can be, and one with what is hardest in each column. */
const ROWS = `
  INSERT INTO lab."Odd, ""table""" (account_id) VALUES ($A);
  INSERT INTO lab."Odd, ""table""" (account_id, boss, "Quoted ""name", fixed, blank, "char", raw, ints, texts, pairs, amount, cents, share, big, small, whole,
    huge, at, local, day, clock, span, doc, docb, bits, net, mac, span_of, yes, mood, moods, pair, place, search, xid, owner)
  SELECT $A, (SELECT min(id) FROM lab."Odd, ""table""" WHERE account_id = $A), E'\\t\\n\\r\\x01\\x02\\b\\f\\\\ "quoted" \\u2028 é 😀 \\\\. </x>', 'ab', 'cd   ', 'x', '\\x00ff0a0d22', '[0:2]={1,NULL,3}', '{{"a,b",NULL},{"","\\"q\\""}}',
    ARRAY[ROW(1, 'x,"y')::lab.pair], 'NaN', 123456789.125, 99.50, '5e-324', '-0', -32768, 9223372036854775807, '2026-11-23 10:11:12.123456+02',
    '0044-03-15 12:00:00 BC', 'infinity', '12:13:14.5+05:30', '-1 years 2 mons -3 days 04:05:06.789', E'{ "b" : 1 ,\\n  "a":1.50, "a": 2 }',
    '{"n": 12345678901234567890123.4567890000, "e": 1e400}', '10101', '10.0.0.1/8', '08:00:2b:01:02:03', '[1,5)', true, 'not so, "good"',
    '{good,"not so, \\"good\\""}', ROW(NULL, '')::lab.pair, '(1.5,-2e100)', 'fat:2A & ''rat''', '18446744073709551615', 'pg_class';
  INSERT INTO lab."Odd, ""table""" (account_id, docb, doc, amount, big, small, fixed, "Quoted ""name", span_of, texts)
  VALUES ($A, 'null', 'null', '1e1000', '-Infinity', 1e-40, '', '', 'empty', '{}'), ($A, '"text"', '"text"', 0.000, 0.1, 3.4e38, '     ', 'null', '(,)', '{NULL}');
  WITH h AS (INSERT INTO lab.hens VALUES ($A, 1, 1), ($A, 2, NULL)) INSERT INTO lab.eggs VALUES ($A, 1, 1), ($A, 2, 1);
  UPDATE lab."Odd, ""table""" SET boss = (SELECT max(id) FROM lab."Odd, ""table""" WHERE account_id = $A)
  WHERE (account_id, id) = (SELECT account_id, min(id) FROM lab."Odd, ""table""" WHERE account_id = $A GROUP BY account_id);
  INSERT INTO lab.sites VALUES ($A, 1, 'at');
`;

export async function addOddSchema(world: World): Promise<void> {
  await world.look(SCHEMA);
}

export async function plantOddRows(world: World, accountId: string): Promise<void> {
  await world.look(ROWS.replaceAll("$A", `'${accountId}'::uuid`));
}
