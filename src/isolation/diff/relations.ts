import type { Constraint, Index, Policy, Relation, RewriteRule, Trigger } from "../catalog/catalog.js";
import { binds } from "../policy-expression.js";
import type { Target } from "../target.js";
import { type Change, type ChangeClass, pairs } from "./change.js";
import { columnChanges } from "./columns.js";
import { always, fieldChanges, type Judges, show, turnedOff } from "./fields.js";
import { grantChanges } from "./grants.js";

/** What a relation is held against: the target of the later report. */
interface Ground {
  readonly target: Target;
  readonly account: string;
  readonly isTenant: boolean;
}

/** Tables, views and sequences that came, went or changed. */
export function relationChanges(before: readonly Relation[], after: readonly Relation[], target: Target): Change[] {
  return pairs(before, after, ({ name }) => name).flatMap(({ before: old, after: fresh }): Change[] => {
    const relation = fresh ?? old;
    if (!relation) return [];
    const object = `${relation.kind} ${relation.name}`;
    const account = target.accountColumns[relation.name] ?? target.accountColumn;
    const ground = { target, account, isTenant: target.schemas.includes(relation.schema) };
    if (old && fresh) return changesOf(object, { before: old, after: fresh }, ground);
    const what = `the ${relation.kind} was ${fresh ? "added" : "removed"}`;
    return [{ class: fresh ? classOfNew(fresh, ground) : "look", object, what, before: null, after: null }];
  });
}

/** A new table is dangerous unless it has what makes a tenant table; what runs or reads elsewhere is looked at. */
function classOfNew(
  { kind, columns, rowSecurity, forceRowSecurity, grants }: Relation,
  { account, isTenant }: Ground,
): ChangeClass {
  if (kind === "sequence") return "look";
  if (!/^(partitioned )?table$/.test(kind)) return isTenant || grants.length > 0 ? "dangerous" : "look";
  if (!isTenant) return "look";
  const carries = columns.some(({ name, notNull }) => name === account && notNull);
  return carries && rowSecurity && forceRowSecurity ? "look" : "dangerous";
}

function changesOf(object: string, both: { readonly before: Relation; readonly after: Relation }, ground: Ground): Change[] {
  const { before, after } = both;
  const lists = ["grants", "columns", "constraints", "indexes", "policies", "triggers", "rules"] as const;
  return [
    ...fieldChanges(
      object,
      both,
      {
        rowSecurity: turnedOff,
        forceRowSecurity: turnedOff,
        owner: always,
        kind: always,
        parents: always,
        isUnlogged: (_, on) => (on ? "dangerous" : "safe"),
        definition: always,
        options: always,
      },
      lists,
    ),
    ...grantChanges(object, before.grants, after.grants),
    ...columnChanges(object, both, ground.account),
    ...parts<Constraint>(`${object}, constraint`, before.constraints, after.constraints, {
      added: (each) => classOfConstraint(each, ground),
      removed: ({ kind }) => (kind === "foreign key" || kind === "primary key" ? "dangerous" : "look"),
      changed: {
        validated: turnedOff,
        enforced: turnedOff,
        triggersOn: turnedOff,
        onDelete: always,
        references: always,
        columns: always,
        referencedColumns: always,
      },
    }),
    ...parts<Index>(`${object}, index`, before.indexes, after.indexes, {
      added: ({ unique, exclusion, ownClasses, columns: keys }) =>
        ownClasses.length > 0 || (ground.isTenant && (unique || exclusion) && keys[0] !== ground.account) ? "dangerous" : "safe",
      removed: () => "look",
      changed: { ownClasses: always, valid: (_, is) => (is ? "safe" : "look") },
    }),
    ...parts<Policy>(`${object}, policy`, before.policies, after.policies, {
      added: ({ permissive }) => (permissive ? "dangerous" : "safe"),
      removed: ({ permissive }) => (permissive ? "look" : "dangerous"),
      changed: {
        using: (_, is) => classOfExpression(is, ground),
        check: (_, is) => classOfExpression(is, ground),
        ...{ permissive: always, command: always, roles: always },
      },
    }),
    ...parts<Trigger>(`${object}, trigger`, before.triggers, after.triggers, {
      added: () => "look",
      removed: always,
      changed: { enabled: always, function: always, when: always, calls: always, events: always, arguments: always },
    }),
    ...parts<RewriteRule>(`${object}, rule`, before.rules, after.rules, {
      added: always,
      removed: () => "look",
      changed: { definition: always },
    }),
  ];
}

/** A policy's expression that became anything but the plain comparison may have been widened. */
function classOfExpression(expression: string | null, { account, target }: Ground): ChangeClass {
  return expression !== null && binds(expression, account, target.context.expressions) ? "safe" : "dangerous";
}

/** A foreign key pairs account with account, a key starts with it: anything else reaches across tenants. */
function classOfConstraint({ kind, columns: keys }: Constraint, { account, isTenant }: Ground): ChangeClass {
  if (kind === "check" || kind === "not null") return "safe";
  if (!isTenant) return "look";
  return keys[0] === account ? "safe" : "dangerous";
}

interface Judged<T> {
  readonly added: (item: T) => ChangeClass;
  readonly removed: (item: T) => ChangeClass;
  readonly changed: Judges<T>;
}

function parts<T extends { readonly name: string }>(
  kind: string,
  before: readonly T[],
  after: readonly T[],
  judged: Judged<T>,
): Change[] {
  return pairs(before, after, ({ name }) => name).flatMap(({ key, before: old, after: fresh }): Change[] => {
    const object = `${kind} ${key}`;
    if (old && fresh) return fieldChanges<T>(object, { before: old, after: fresh }, judged.changed);
    if (fresh) return [{ class: judged.added(fresh), object, what: "it was added", before: null, after: show(fresh) }];
    return old ? [{ class: judged.removed(old), object, what: "it was removed", before: show(old), after: null }] : [];
  });
}
