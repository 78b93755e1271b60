import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EngineKind, World } from "../support/world.js";
import { type Breakage, breakages } from "./breakages.js";
import { changes, Scene } from "./scene.js";

/** One way of B to reach what is A's. */
export interface Attack {
  readonly name: string;
  /** The guarantee that stops it: broken on purpose, it must let the attack through. */
  readonly breakage: Breakage | Readonly<Record<EngineKind, Breakage>>;
  /** Engines without this door, each with the reason. */
  readonly notOn?: Partial<Record<EngineKind, string>>;
  /** @returns whether anything of A's was seen or could be reached; changes to A's rows are found by themselves */
  run(scene: Scene): Promise<boolean>;
}

const ENGINES = ["server", "embedded"] as const;

/**
 * Runs each attack twice on each engine: in an intact world, where it must fail, and in one
 * whose guard was broken by the attack's breakage, where it must succeed. The second run
 * shows that the first could have gone red.
 */
export function runAttacks(title: string, attacks: readonly Attack[]): void {
  for (const kind of ENGINES) {
    describe(`${title}, guard intact (${kind})`, () => suite(kind, attacks, undefined));
    for (const [breakage, group] of byBreakage(kind, attacks)) {
      describe(`${title}, negative control: ${breakage} (${kind})`, () => suite(kind, group, breakage));
    }
  }
}

function suite(kind: EngineKind, attacks: readonly Attack[], breakage: Breakage | undefined): void {
  let world: World;
  beforeAll(async () => {
    world = await World.open(kind);
    if (breakage) await breakages[breakage](world);
  });
  afterAll(() => world?.close());

  for (const { name, run, notOn } of attacks) {
    const reason = notOn?.[kind];
    it.skipIf(reason)(reason ? `${name}: not on this engine, ${reason}` : name, async () => {
      const scene = await Scene.set(world);
      const leaked = await changes(world, () => run(scene));
      expect(leaked, breakage ? "the broken guard should let this through" : "this reached another tenant").toBe(
        breakage !== undefined,
      );
    });
  }
}

function byBreakage(kind: EngineKind, attacks: readonly Attack[]): Map<Breakage, Attack[]> {
  const groups = new Map<Breakage, Attack[]>();
  for (const attack of attacks) {
    const breakage = typeof attack.breakage === "string" ? attack.breakage : attack.breakage[kind];
    groups.set(breakage, [...(groups.get(breakage) ?? []), attack]);
  }
  return groups;
}
