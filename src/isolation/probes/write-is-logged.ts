import type { Attempt } from "../probe.js";
import { columnToUpdate, drawFor, drawOwn } from "./ability.js";
import { onEachTable, type Probe } from "./definition.js";
import { LOG } from "./log-only-grows.js";
import type { Scene } from "./scene.js";
import { isOf, standAs } from "./stage/act.js";
import { ACTOR } from "./stage/context.js";
import type { Identity } from "./stage/identity.js";
import { insertion } from "./stage/rows.js";
import type { Answer } from "./stage/session.js";
import { identifier, literal } from "./stage/sql.js";
import type { TenantTable } from "./stage/tables.js";
import { attempted, broken, held, unclear, unexpected, type Verdict } from "./verdict.js";

/** As the log calls them. */
const OPERATIONS = { insert: "create", update: "update", delete: "delete" } as const;
type Write = keyof typeof OPERATIONS;

/** azora's log, where the target asks for one. */
export const writesAreLogged: Probe = {
  id: "write-is-logged",
  title: "Each row that a tenant writes leaves one line in its log, in the right name.",
  severity: "high",
  async run(scene) {
    if (!scene.target.audit || !scene.target.guard) return [];
    return onEachTable(scene, async (by, table) => {
      const attempts: Attempt[] = [];
      for (const command of ["insert", "update", "delete"] as const) {
        if (table.name !== LOG && (await scene.ability(by, table, command)) === "able") {
          attempts.push(await writeAndLook(scene, { by, table, command }));
        }
      }
      return attempts;
    });
  },
};

interface Writing {
  readonly by: Identity;
  readonly table: TenantTable;
  readonly command: Write;
}

/** A write, what has to be done before it, and how many lines it should leave. */
interface Plan {
  readonly accountId: string;
  readonly before: readonly string[];
  readonly statement: string;
  readonly lines: number;
}

async function writeAndLook(scene: Scene, { by, table, command }: Writing): Promise<Attempt> {
  const object = `table ${table.name}`;
  const plans = await plansFor(scene, { by, table, command });
  if (typeof plans === "string") {
    return attempted({
      by,
      object,
      statement: `INSERT INTO ${table.name}`,
      answer: { text: "not tried" },
      verdict: unclear(plans),
    });
  }
  const ownerAgain = by.by === "role" ? "RESET ROLE" : "SET LOCAL SESSION AUTHORIZATION DEFAULT";
  let last: Attempt | undefined;
  for (const { accountId, before, statement, lines } of plans) {
    const look = `SELECT count(*)::int AS lines, count(*) FILTER (WHERE actor = ${literal(ACTOR)})::int AS named FROM ${LOG}
      WHERE account_id = ${literal(accountId)} AND operation = '${OPERATIONS[command]}' AND subject = ${literal(subjectOf(table))}`;
    const [first] = await scene.session.look<Logged>(scene.contexts.enter(accountId), look);
    const answer = await scene.session.try(...standAs(scene, by, accountId), ...before, statement, ownerAgain, look);
    const verdict = judge(answer, { before: first, lines }, `${table.name}: ${command}`);
    last = attempted({ by, object, statement, answer, verdict });
    if (answer.state === null) break;
  }
  return last as Attempt;
}

/** The plain write; where a row of the tenant's own is in its way, one that makes room first. */
async function plansFor(scene: Scene, { by, table, command }: Writing): Promise<readonly Plan[] | string> {
  const { name, relation, account } = table;
  const accountId = scene.b.id;
  const row = await drawOwn(scene, table);
  if (typeof row === "string") return row;
  const own = isOf(table, accountId);
  const [there] = await scene.session.look<{ rows: number }>(
    scene.contexts.enter(accountId),
    `SELECT count(*)::int AS rows FROM ${name} WHERE ${own}`,
  );
  const rows = there?.rows ?? 0;
  if (command === "update") {
    const column = identifier(await columnToUpdate(scene, by, table));
    return [{ accountId, before: [], statement: `UPDATE ${name} SET ${column} = ${column} WHERE ${own}`, lines: rows }];
  }
  const key = new Map([...scene.maker.chooseKey(relation)].filter(([column]) => column !== account));
  const deletion = `DELETE FROM ${name} WHERE ${own}`;
  const plain = {
    accountId,
    before: [],
    ...(command === "insert" ? { statement: insertion(name, row), lines: 1 } : { statement: deletion, lines: rows }),
  };
  const elsewhere = await plansInEmptyTenant(scene, { by, table, command });
  if (command === "insert") return [plain, { ...plain, before: [deletion] }, ...elsewhere];
  if (key.size === 0) return [plain, ...elsewhere];
  const isNew = [...key].map(([column, value]) => `${identifier(column)} = ${literal(value)}`).join(" AND ");
  return [
    plain,
    { accountId, before: [insertion(name, new Map([...row, ...key]))], statement: `${deletion} AND ${isNew}`, lines: 1 },
  ];
}

/** A table of one row a tenant: the tenant without rows takes its first one. */
async function plansInEmptyTenant(scene: Scene, { table, command }: Writing): Promise<readonly Plan[]> {
  const { id: accountId } = scene.empty;
  const row = await scene.maker.draw(drawFor(table, scene.empty));
  if (typeof row === "string") return [];
  const [creation, deletion] = [insertion(table.name, row), `DELETE FROM ${table.name} WHERE ${isOf(table, accountId)}`];
  return [
    command === "insert"
      ? { accountId, before: [], statement: creation, lines: 1 }
      : { accountId, before: [creation], statement: deletion, lines: 1 },
  ];
}

interface Logged {
  readonly lines: number;
  readonly named: number;
}

function judge(answer: Answer, expected: { readonly before: Logged | undefined; readonly lines: number }, what: string): Verdict {
  if (answer.state !== null) return unexpected(answer);
  const { lines, named } = answer.rows[0] as unknown as Logged;
  const written = lines - (expected.before?.lines ?? 0);
  if (written !== expected.lines) return broken(`${what} wrote ${expected.lines} rows and left ${written} lines in the log.`);
  return named - (expected.before?.named ?? 0) === written
    ? held()
    : broken(`${what} is logged in a name that isn't the actor's.`);
}

/** As guard.audit_write() names a table. */
function subjectOf({ name, relation }: TenantTable): string {
  return relation.schema === "tenant" ? name.slice(name.indexOf(".") + 1) : name;
}
