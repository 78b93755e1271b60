import { identifier } from "../probes/stage/sql.js";
import type { BreakageKind, Ground } from "./breakage.js";

const ALL_READS = ["read-other-tenant", "count-other-tenant", "no-context"] as const;

/** Row security and its policies. */
export const POLICY_BREAKAGES: readonly BreakageKind[] = [
  {
    name: "row security switched off",
    rules: ["row-security"],
    probes: [
      ...ALL_READS,
      "update-other-tenant",
      "delete-other-tenant",
      "row-security-off",
      "copy",
      "explain",
      "cursor",
      "prepared-statement",
    ],
    breakWith: ({ table }) => [`ALTER TABLE ${table.name} DISABLE ROW LEVEL SECURITY`],
  },
  {
    name: "row security not forced",
    rules: ["row-security"],
    // Only the owner passes then, and no login of either plane is the owner.
    probes: [],
    breakWith: ({ table }) => [`ALTER TABLE ${table.name} NO FORCE ROW LEVEL SECURITY`],
  },
  {
    name: "a second policy that is true",
    rules: ["policy-unbound"],
    probes: [...ALL_READS, "insert-into-other-tenant", "upsert-other-tenant", "update-other-tenant", "delete-other-tenant"],
    breakWith: (ground) => [
      ...withoutTriggers(ground),
      `CREATE POLICY azora_broken ON ${ground.table.name} USING (true) WITH CHECK (true)`,
    ],
  },
  {
    name: "a check that takes any account",
    rules: ["policy-unbound"],
    probes: ["insert-into-other-tenant", "upsert-other-tenant"],
    breakWith: (ground) => [
      ...withoutTriggers(ground),
      `CREATE POLICY azora_broken ON ${ground.table.name} FOR INSERT WITH CHECK (true)`,
    ],
  },
  {
    name: "rows that may move to another account",
    rules: ["policy-unbound"],
    probes: ["move-to-other-tenant"],
    breakWith: (ground) => [
      ...withoutTriggers(ground),
      `CREATE POLICY azora_broken ON ${ground.table.name} FOR UPDATE USING (false) WITH CHECK (true)`,
      ...withoutReferences(ground),
    ],
  },
  {
    name: "a policy that opens where there is no context",
    rules: ["policy-unbound"],
    probes: ["no-context"],
    breakWith: ({ table, scene }) => {
      const [expression] = scene.target.context.expressions;
      return expression === undefined ? null : [`CREATE POLICY azora_broken ON ${table.name} USING (${expression} IS NULL)`];
    },
  },
  {
    name: "a policy with a setting that lets by",
    rules: ["policy-unbound"],
    // Which setting it would be nobody can guess from outside.
    probes: [],
    breakWith: ({ table }) => [`CREATE POLICY azora_broken ON ${table.name} USING (current_setting('app.bypass', true) = 'on')`],
  },
];

/** A guard's triggers refuse what a policy lets through: each wall is tried without the other. */
export function withoutTriggers({ table }: Ground): readonly string[] {
  return [`ALTER TABLE ${table.name} DISABLE TRIGGER USER`];
}

/** Rows that others refer to can't move, whatever the policies say. */
function withoutReferences({ scene, table }: Ground): readonly string[] {
  const referring = scene.catalog.relations.flatMap(({ name, constraints }) =>
    constraints
      .filter(({ kind, references }) => kind === "foreign key" && references === table.name)
      .map((key) => ({ name, key: key.name })),
  );
  const own = table.relation.constraints.filter(({ kind, columns }) => kind === "foreign key" && columns.length > 1);
  return [
    ...referring.map(({ name, key }) => `ALTER TABLE ${name} DROP CONSTRAINT ${identifier(key)}`),
    ...own
      .filter(({ references }) => references !== table.name)
      .map((key) => `ALTER TABLE ${table.name} DROP CONSTRAINT ${identifier(key.name)}`),
  ];
}
