import type { ClientBase } from "pg";
import type { Catalog, Relation } from "./catalog.js";
import { explainUnread, type ReadLimits } from "./in-the-way.js";
import { type Piece, readColumns, readConstraints, readIndexes } from "./read-columns.js";
import { readDatabase, readServer } from "./read-database.js";
import { readDefaultRights, readFunctions } from "./read-functions.js";
import { readPolicies, readRules, readTriggers } from "./read-policies.js";
import { readProtectedTables, readRelations } from "./read-relations.js";
import { readMemberships, readRoles, readSchemas } from "./read-roles.js";

/** A reader must not stand behind a migration: whatever comes after would queue up behind the two of them. */
const LIMITS: ReadLimits = { lockMs: 2_000, statementMs: 60_000 };

/**
 * Reads what a database's catalog says, in a fixed number of statements however many tables there are. PostgreSQL 15
 * to 18 and PGlite. Changes nothing, takes no lock that work on rows waits for, and waits no longer than the limits say.
 * @param client a connection; the owner's sees all. Inside a transaction of the caller's it sees what that one has
 * changed so far; outside it reads from one snapshot.
 * @throws AzoraError UNDECIDED where a lock or a time limit was in the way
 */
export async function readCatalog(client: ClientBase, limits: ReadLimits = LIMITS): Promise<Catalog> {
  const inTransaction = client.getTransactionStatus() === "T";
  await client.query(inTransaction ? "SAVEPOINT azora_catalog" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const undo = inTransaction ? "ROLLBACK TO SAVEPOINT azora_catalog; RELEASE SAVEPOINT azora_catalog" : "ROLLBACK";
  try {
    // Names are printed by the search path: with this one all but PostgreSQL's own come qualified.
    await client.query(`SET LOCAL search_path = pg_catalog, pg_temp;
      SET LOCAL lock_timeout = ${limits.lockMs}; SET LOCAL statement_timeout = ${limits.statementMs}`);
    const catalog = await read(client);
    await client.query(undo);
    return catalog;
  } catch (error) {
    // Where the connection is gone there is nothing to undo, and what ended it is what to say.
    await client.query(undo).catch(() => undefined);
    throw await explainUnread(client, error, limits);
  }
}

async function read(client: ClientBase): Promise<Catalog> {
  const server = await readServer(client);
  return {
    server,
    roles: await readRoles(client),
    memberships: await readMemberships(client, server.number),
    schemas: await readSchemas(client),
    relations: await readWholeRelations(client, server.number),
    functions: await readFunctions(client),
    defaultRights: await readDefaultRights(client),
    database: await readDatabase(client),
    protectedTables: await readProtectedTables(client),
  };
}

async function readWholeRelations(client: ClientBase, version: number): Promise<Relation[]> {
  const relations = await readRelations(client);
  const columns = byRelation(await readColumns(client));
  const constraints = byRelation(await readConstraints(client, version));
  const indexes = byRelation(await readIndexes(client));
  const policies = byRelation(await readPolicies(client));
  const triggers = byRelation(await readTriggers(client));
  const rules = byRelation(await readRules(client));
  return relations.map((relation) => ({
    ...relation,
    columns: columns(relation.oid),
    constraints: constraints(relation.oid),
    indexes: indexes(relation.oid),
    policies: policies(relation.oid),
    triggers: triggers(relation.oid),
    rules: rules(relation.oid),
  }));
}

/** Pieces of relations, found by the relation's oid. */
function byRelation<T>(pieces: readonly Piece<T>[]): (oid: number) => readonly T[] {
  const found = new Map<number, T[]>();
  for (const { relation, ...piece } of pieces) {
    const list = found.get(relation);
    if (list) list.push(piece as T);
    else found.set(relation, [piece as T]);
  }
  return (oid) => found.get(oid) ?? [];
}
