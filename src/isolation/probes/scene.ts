import type { Plane } from "../probe.js";
import { type Ability, tryAbility } from "./ability.js";
import type { Identity } from "./stage/identity.js";
import { type Rights, readRights } from "./stage/rights.js";
import type { Stage } from "./stage/stage.js";
import type { TenantTable } from "./stage/tables.js";

/** What a login may do with a table of its own tenant's. */
export type Command = "select" | "insert" | "update" | "delete";

/** A stage with everybody who acts on it. */
export interface Scene extends Stage {
  /** The application's logins. */
  readonly runtime: readonly Identity[];
  /** The vendor's groups and logins. */
  readonly control: readonly Identity[];
  readonly owner: Identity;
  /** What views and functions showed each login when the victim had no row yet, by login and object. */
  readonly before: ReadonlyMap<string, string>;
  /** What a login can do with the attacker's own rows: an attack that fails shows something only where this works. */
  ability(identity: Identity, table: TenantTable, command: Command): Promise<Ability>;
  rights(identity: Identity): Promise<Rights>;
}

export interface Cast {
  readonly runtime: readonly Identity[];
  readonly control: readonly Identity[];
}

/** @param before see Scene; it stays what it was when the stage was set */
export function openScene(stage: Stage, { runtime, control }: Cast, before: ReadonlyMap<string, string>): Scene {
  const abilities = new Map<string, Promise<Ability>>();
  const rights = new Map<string, Promise<Rights>>();
  const owner: Identity = { plane: "owner" satisfies Plane, role: "owner", by: "session authorization", statements: [] };
  const scene: Scene = {
    ...stage,
    runtime,
    control,
    owner,
    before,
    ability: (identity, table, command) =>
      remember(abilities, `${identity.role} ${command} ${table.name}`, () => tryAbility(scene, { identity, table, command })),
    rights: (identity) => remember(rights, identity.role, () => readRights(stage, identity)),
  };
  return scene;
}

function remember<T>(known: Map<string, Promise<T>>, key: string, find: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? find();
  known.set(key, found);
  return found;
}
