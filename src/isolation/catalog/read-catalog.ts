import type { ClientBase } from "pg";
import type { Catalog, Relation } from "./catalog.js";
import { type Piece, readColumns, readConstraints, readIndexes } from "./read-columns.js";
import { readDatabase, readServer } from "./read-database.js";
import { readDefaultRights, readFunctions } from "./read-functions.js";
import { readPolicies, readRules, readTriggers } from "./read-policies.js";
import { readProtectedTables, readRelations } from "./read-relations.js";
import { readMemberships, readRoles, readSchemas } from "./read-roles.js";

/**
 * Reads what a database's catalog says, in a fixed number of statements however many tables there are. PostgreSQL 15
 * to 18 and PGlite. Changes nothing and takes no lock that anybody waits for.
 * @param client a connection; the owner's sees all. Inside a transaction of the caller's it sees what that one has
 * changed so far; outside it reads from one snapshot.
 */
export async function readCatalog(client: ClientBase): Promise<Catalog> {
  const inTransaction = client.getTransactionStatus() === "T";
  await client.query(inTransaction ? "SAVEPOINT azora_catalog" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    // Names are printed by the search path: with this one all but PostgreSQL's own come qualified.
    await client.query("SET LOCAL search_path = pg_catalog, pg_temp");
    return await read(client);
  } finally {
    await client.query(inTransaction ? "ROLLBACK TO SAVEPOINT azora_catalog; RELEASE SAVEPOINT azora_catalog" : "ROLLBACK");
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
