import type { Constraint } from "../catalog/catalog.js";
import type { Scene } from "../probes/scene.js";
import { foreignKeys } from "../probes/stage/order.js";
import { identifier } from "../probes/stage/sql.js";
import type { TenantTable } from "../probes/stage/tables.js";

/** What a breakage is made of: one tenant table and who acts on it. */
export interface Ground {
  readonly scene: Scene;
  readonly table: TenantTable;
  /** Its account column, quoted. */
  readonly account: string;
  /** Logins of both planes, quoted; null where there is none. */
  readonly runtime: string;
  readonly control: string | null;
  readonly owner: string;
  readonly guard: boolean;
  /** A foreign key of the table's to another tenant table, if it has one. */
  readonly reference: Constraint | undefined;
  /** The foreign key to accounts. */
  readonly toAccounts: Constraint | undefined;
}

/** A guarantee, how it is broken, and who has to notice. */
export interface BreakageKind {
  readonly name: string;
  readonly rules: readonly string[];
  readonly probes: readonly string[];
  /** Statements of the owner's; null where the target has no such guarantee to break. */
  breakWith(ground: Ground): readonly string[] | null;
}

/**
 * The ground to break things on: a table that a login can read and write and that refers to another, as far as there is one.
 * @returns nothing where there is no tenant table or no login to try it
 */
export async function chooseGround(scene: Scene): Promise<Ground | undefined> {
  const [login] = scene.runtime;
  if (!login) return undefined;
  let best: { readonly table: TenantTable; readonly score: number } | undefined;
  for (const table of scene.tables) {
    let score = referenceOf(scene, table) ? 2 : 0;
    for (const command of ["select", "insert", "update", "delete"] as const) {
      if ((await scene.ability(login, table, command)) === "able") score += 4;
    }
    if (score > (best?.score ?? -1)) best = { table, score };
  }
  if (!best) return undefined;
  const { table } = best;
  const control = scene.control[0]?.role;
  return {
    scene,
    table,
    account: identifier(table.account),
    runtime: identifier(login.role),
    control: control === undefined ? null : identifier(control),
    owner: identifier(table.relation.owner),
    guard: scene.target.guard,
    reference: referenceOf(scene, table),
    toAccounts: foreignKeys(table.relation).find(({ references }) => references === scene.target.accounts.table),
  };
}

function referenceOf({ tables }: Scene, { relation }: TenantTable): Constraint | undefined {
  return foreignKeys(relation).find(
    ({ references, columns }) =>
      columns.length > 1 && references !== relation.name && tables.some(({ name }) => name === references),
  );
}
