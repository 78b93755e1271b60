import { tryAbility } from "./ability.js";
import type { Ability, Cast, Scene } from "./scene.js";
import type { Identity } from "./stage/identity.js";
import { type Rights, readRights } from "./stage/rights.js";
import type { Stage } from "./stage/stage.js";

/** @param before see Scene; it stays what it was when the stage was set */
export function openScene(stage: Stage, { runtime, control }: Cast, before: ReadonlyMap<string, string>): Scene {
  const abilities = new Map<string, Promise<Ability>>();
  const rights = new Map<string, Promise<Rights>>();
  const owner: Identity = { plane: "owner", role: "owner", by: "session authorization", statements: [] };
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
