import fc from "fast-check";
import { hostileStatements } from "./hostile.js";
import type { Ids, Operation, Program, Schedule, Step } from "./program.js";
import { reads, uniqueReads } from "./reads.js";
import { statements } from "./statements.js";
import type { Voice } from "./values.js";
import { writes } from "./writes.js";

/** What programs are made of. */
export interface Mixture {
  readonly tenants: number;
  /** Both kinds of ids, unless it says otherwise. */
  readonly ids?: readonly Ids[];
  /** How many steps a tenant has at most. */
  readonly steps: number;
  readonly schedules: readonly Schedule[];
  /** Weights of the kinds of operations. */
  readonly weights: { readonly read: number; readonly write: number; readonly sql: number; readonly hostile: number };
  /** Whether sessions are ended by the server on the way: an embedded engine has only one. */
  readonly kills: boolean;
  /** Statements of one file's own, for instance on tables of its own making. */
  readonly own?: (voice: Voice) => fc.Arbitrary<Operation>;
}

/** Programs of several tenants. */
export function programs(mixture: Mixture): fc.Arbitrary<Program> {
  const { ids = ["shared", "apart"] } = mixture;
  return fc.oneof(...ids.map((kind) => programsWith(kind, mixture)));
}

function programsWith(ids: Ids, mixture: Mixture): fc.Arbitrary<Program> {
  const tenants = Array.from({ length: mixture.tenants }, (_, tenant) => {
    const voice = { tenant, tenants: mixture.tenants, ids };
    return fc.array(steps(voice, mixture), { minLength: 1, maxLength: mixture.steps, size: "max" });
  });
  return fc.record({ ids: fc.constant(ids), schedule: fc.constantFrom(...mixture.schedules), tenants: fc.tuple(...tenants) });
}

function steps(voice: Voice, { weights, kills, own }: Mixture): fc.Arbitrary<Step> {
  const kinds: { arbitrary: fc.Arbitrary<Operation>; weight: number }[] = [
    { arbitrary: reads(voice), weight: weights.read },
    { arbitrary: writes(voice), weight: weights.write },
    { arbitrary: statements(voice), weight: weights.sql },
    { arbitrary: hostileStatements(voice), weight: weights.hostile },
    ...(own ? [{ arbitrary: own(voice), weight: 8 }] : []),
  ];
  const operation = fc.oneof(...kinds.filter(({ weight }) => weight > 0));
  const few = fc.array(operation, { minLength: 1, maxLength: 5, size: "max" });
  const isolation = fc.constantFrom("ReadCommitted" as const, "RepeatableRead" as const);
  const end = fc.constantFrom<Extract<Step, { kind: "interactive" }>["end"]>(
    ...(["commit", "commit", "commit", "commit", "throw", "throw", "timeout"] as const),
    ...(kills ? (["kill"] as const) : []),
  );
  return fc.oneof(
    { arbitrary: operation.map((one): Step => ({ kind: "single", operation: one })), weight: 24 },
    { arbitrary: fc.record({ kind: fc.constant("batch" as const), operations: few, isolation }), weight: 6 },
    {
      arbitrary: fc.record({ kind: fc.constant("interactive" as const), operations: few, isolation, end, swallow: fc.boolean() }),
      weight: 16,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant("tick" as const),
        operations: fc.array(fc.oneof({ arbitrary: uniqueReads(voice), weight: 3 }, reads(voice)), {
          minLength: 1,
          maxLength: 5,
        }),
        oneClient: fc.boolean(),
      }),
      weight: 7,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant("suspended" as const),
        readOnly: fc.boolean(),
        operations: fc.array(operation, { minLength: 1, maxLength: 3 }),
      }),
      weight: 4,
    },
    ...(kills ? [{ arbitrary: fc.record({ kind: fc.constant("killed" as const), write: fc.boolean() }), weight: 1 }] : []),
  );
}
