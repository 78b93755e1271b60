import { refusalIn } from "../answer.js";
import type { VendorProof } from "../result.js";
import type { Sql, Stage } from "../stage.js";
import { type TenantTable, tenantRelations } from "../tables.js";

const DENIED = "42501";
/** So many refusals are shown one by one; all are counted. */
const SHOWN = 3;

/** The vendor's login may create, suspend and purge, but can it read? Every table and every column is tried. */
export async function tryControlPlane(stage: Stage): Promise<VendorProof> {
  stage.report({
    kind: "chapter",
    number: 5,
    title: "The vendor tries to look",
    why: "The people who run the platform administer accounts. Their login has no right on a single column of a tenant's records.",
  });
  const pool = await stage.control.engine.pool("control");
  const relations = await tenantRelations(stage.owner);
  const login = await loginOf(pool);
  const accounts = "SELECT slug, status FROM control.accounts";
  await stage.attempt(
    { by: login, tries: "lists the accounts, which is its work", statement: accounts, promised: "reached" },
    async () => (await pool.query(accounts)).rows.length,
  );
  for (const { name } of relations.slice(0, SHOWN)) {
    const statement = `SELECT * FROM ${name}`;
    await stage.attempt(
      { by: login, tries: "reads", statement, promised: { refused: [DENIED] } },
      async () => (await pool.query(statement)).rows.length,
    );
  }
  const proof = {
    login,
    tables: relations.length,
    ...(await tryEverything(pool, relations)),
    rights: await countRights(stage.owner, login),
  };
  stage.check(
    proof.refused === proof.tried && proof.tables > 0,
    `every SELECT of ${login} on schema tenant is refused with ${DENIED}`,
    `${proof.tried - proof.refused} of ${proof.tried} were not`,
  );
  stage.check(proof.rights === 0, `${login} holds no right on any table or column of schema tenant`, `${proof.rights} rights`);
  stage.report({
    kind: "done",
    what: `${proof.tables} tables whole and ${proof.columns} columns one by one: ${proof.refused} of ${proof.tried} statements refused, SQLSTATE ${DENIED}`,
  });
  stage.report({ kind: "done", what: `Rights of ${login} on them in PostgreSQL's catalog, own or inherited: ${proof.rights}` });
  return proof;
}

async function tryEverything(
  pool: Sql,
  relations: readonly TenantTable[],
): Promise<Pick<VendorProof, "columns" | "tried" | "refused">> {
  let refused = 0;
  let tried = 0;
  for (const { name, columns } of relations) {
    for (const what of ["*", "count(*)", ...columns]) {
      tried += 1;
      if (await isDenied(pool, `SELECT ${what} FROM ${name}`)) refused += 1;
    }
  }
  return { columns: relations.flatMap(({ columns }) => columns).length, tried, refused };
}

/** Denied by PostgreSQL for want of a right; any other error, and any answer, is something else. */
export async function isDenied(pool: Sql, statement: string): Promise<boolean> {
  try {
    await pool.query(statement);
    return false;
  } catch (error) {
    return refusalIn(error).code === DENIED;
  }
}

/** Rights that a login has, by itself or through a group, whether or not it can enter the schema. */
async function countRights(owner: Sql, login: string): Promise<number> {
  const { rows } = await owner.query<{ rights: string }>(
    `SELECT count(*) AS rights
     FROM pg_class c
     CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS verb
     WHERE c.relnamespace = 'tenant'::regnamespace AND c.relkind = ANY ('{r,p,v,m,f}')
       AND CASE WHEN verb IN ('DELETE', 'TRUNCATE', 'TRIGGER') THEN has_table_privilege($1::name, c.oid, verb)
                ELSE has_any_column_privilege($1::name, c.oid, verb) END`,
    [login],
  );
  return Number(rows[0]?.rights);
}

async function loginOf(pool: Sql): Promise<string> {
  const { rows } = await pool.query<{ login: string }>("SELECT session_user::text AS login");
  return rows[0]?.login ?? "";
}
