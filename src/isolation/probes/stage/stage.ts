import type { Catalog } from "../../catalog/catalog.js";
import type { Target } from "../../target.js";
import { type Contexts, openContexts } from "./context.js";
import { foreignKeys, inOrder, isOptional } from "./order.js";
import { type Row, type RowMaker, rowMaker } from "./rows.js";
import type { Session } from "./session.js";
import { literal } from "./sql.js";
import { type TenantTable, tablesOf } from "./tables.js";
import { readTypes } from "./types.js";

/** A synthetic account and the row that it has in each tenant table. */
export interface Tenant {
  readonly id: string;
  readonly rows: ReadonlyMap<string, Row>;
}

/** Everything that probes stand on: two tenants with a row in every table, and one with none. */
export interface Stage {
  readonly session: Session;
  readonly catalog: Catalog;
  readonly target: Target;
  readonly tables: readonly TenantTable[];
  readonly contexts: Contexts;
  readonly maker: RowMaker;
  /** The victim. */
  readonly a: Tenant;
  /** The attacker. */
  readonly b: Tenant;
  /** In good standing, and without a row of its own. */
  readonly empty: Tenant;
}

/** What a stage lacks, as sentences. */
export type Unclear = string[];

/**
 * Makes the stage in the session's transaction.
 * @param between runs when only the attacker has rows: what it sees then is what it may see
 * @returns nothing where not even accounts can be made; `unclear` says why
 */
export async function setStage<T>(
  session: Session,
  { catalog, target }: { readonly catalog: Catalog; readonly target: Target },
  unclear: Unclear,
  between: (stage: Stage) => Promise<T>,
): Promise<{ readonly stage: Stage; readonly seen: T } | undefined> {
  const { tenant, without, accounts } = tablesOf({ catalog, target });
  for (const { name } of without) unclear.push(`Table ${name} has no column ${target.accountColumn}: it can't be probed.`);
  if (!accounts) {
    unclear.push(`The accounts table ${target.accounts.table} does not exist: nothing can be probed.`);
    return undefined;
  }
  const types = await readTypes(
    session,
    catalog.relations.filter(({ columns }) => columns.length > 0),
  );
  const owned = new Set(tenant.map(({ name }) => name));
  const maker = rowMaker({ session, catalog, types, samples: target.samples ?? {}, owned });

  const made: Row[] = [];
  for (let count = 0; count < 3; count++) {
    const row = await maker.make({ relation: accounts, account: null, parents: new Map() }, []);
    if (typeof row === "string") {
      unclear.push(`No synthetic account could be made in ${accounts.name}: ${row}`);
      return undefined;
    }
    made.push(row);
  }
  const ids = made.map((row) => row.get(target.accounts.key) ?? "");
  if (target.guard) await session.keep(activation(ids));
  const contexts = await openContexts(session, target, ids);
  if (typeof contexts === "string") {
    unclear.push(contexts);
    return undefined;
  }
  const [a, b, empty] = ids.map((id, at) => ({ id, rows: new Map([[accounts.name, made[at] as Row]]) }));
  if (!a || !b || !empty) return undefined;

  const settle = (who: typeof a) =>
    settleTenant({ session, contexts, maker, tables: tenant, accounts: accounts.name }, who, unclear);
  await settle(b);
  const base = { session, catalog, target, contexts, maker, b, empty };
  const both = (tables: readonly TenantTable[]) => ({ ...base, a, tables });
  const seen = await between(both(tenant.filter(({ name }) => b.rows.has(name))));
  await settle(a);
  // Deferred constraints would speak up in the middle of an attempt, or never.
  const flushed = await session.keep("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED");
  if (flushed.state !== null) unclear.push(`The synthetic rows break a deferred constraint: ${flushed.text}`);
  return { stage: both(tenant.filter(({ name }) => a.rows.has(name) && b.rows.has(name))), seen };
}

/** azora's accounts begin as being made, and nothing works in them before that has ended. */
function activation(ids: readonly string[]): string {
  return `UPDATE control.accounts SET status = 'active' WHERE status = 'provisioning' AND id IN (${ids.map(literal).join(", ")})`;
}

interface Settling {
  readonly session: Session;
  readonly contexts: Contexts;
  readonly maker: RowMaker;
  readonly tables: readonly TenantTable[];
  readonly accounts: string;
}

/** Gives a tenant a row in every table, in its own context: the rows are written as an application would write them. */
async function settleTenant(
  { session, contexts, maker, tables, accounts }: Settling,
  tenant: { readonly id: string; readonly rows: Map<string, Row> },
  unclear: Unclear,
): Promise<void> {
  const { order, cyclic } = inOrder(tables);
  const chosen = [...cyclic, ...order.filter(refersToItself)];
  const keys = new Map(
    chosen.map(({ name, relation, account }) => [name, new Map([...maker.chooseKey(relation), [account, tenant.id]])]),
  );
  // A context that nobody can leave again would open what is tried without one. A superuser can do without.
  const enter = contexts.leave === null ? [] : [contexts.enter(tenant.id)];
  const before = keys.size > 0 ? [...enter, "SET CONSTRAINTS ALL DEFERRED"] : enter;
  for (const { name, relation, account } of [...order, ...cyclic]) {
    if (name === accounts) continue;
    const parents = new Map<string, Row>([...keys, ...tenant.rows]);
    const row = await maker.make({ relation, account: { column: account, id: tenant.id }, parents, key: keys.get(name) }, before);
    if (typeof row === "string") unclear.push(`No synthetic row could be made in ${name}: ${row}`);
    else tenant.rows.set(name, row);
  }
  if (contexts.leave !== null) await session.keep(contexts.leave);
}

/** Whether each of its rows needs another, if need be itself. */
function refersToItself({ relation, account }: TenantTable): boolean {
  return foreignKeys(relation).some((key) => key.references === relation.name && !isOptional(relation, key, account));
}
