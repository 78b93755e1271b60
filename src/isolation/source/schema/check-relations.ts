import type { Survey } from "../source-rule.js";
import { IMPLICIT_JOIN, RELATION_INTO_TENANT, RELATION_SETS_ACCOUNT, RELATION_UNPAIRED } from "./rules.js";
import type { Scene } from "./scene.js";
import type { Model, Relation } from "./schema-models.js";

/** Holds one relation field of a model against the rules. */
export function checkRelation(model: Model, relation: Relation, scene: Scene): void {
  const other = scene.models.get(relation.to);
  if (!other) return;
  if (relation.fields.length === 0) {
    checkJoin(model, relation, other, scene.survey);
    return;
  }
  if (other.isTenants && !model.isTenants) {
    scene.survey.count(RELATION_INTO_TENANT);
    scene.survey.add({
      rule: RELATION_INTO_TENANT,
      place: relation.place,
      allows: `Rows of ${model.table}, which belong to no tenant, tell what rows a tenant has in ${other.table}, or hold them there.`,
      evidence: `model ${model.name}: ${relation.field} refers to ${other.name} by [${relation.fields.join(", ")}].`,
      fix: null,
    });
  }
  if (!model.isTenants || model.kind === "view") return;
  if (other.isTenants || other === scene.accounts) checkPair(model, relation, other, scene.survey);
  checkActions(model, relation, scene.survey);
}

function checkPair(model: Model, { fields, references, field, place }: Relation, other: Model, survey: Survey): void {
  survey.count(RELATION_UNPAIRED);
  const isPaired = fields.some(
    (name, at) => name === model.account?.name && other.account !== undefined && references[at] === other.account.name,
  );
  if (isPaired) return;
  survey.add({
    rule: RELATION_UNPAIRED,
    place,
    allows: `A row of ${model.table} can point at another tenant's row of ${other.table}: it learns that the row is there, and goes when that one goes.`,
    evidence: `model ${model.name}: ${field} pairs [${fields.join(", ")}] with ${other.name} [${references.join(", ")}], the account not among them.`,
    fix: pairing(model, other, { fields, references }),
  });
}

/** The same relation with the accounts in front; nothing where one of the models has none. */
function pairing(
  { account }: Model,
  other: Model,
  { fields, references }: Pick<Relation, "fields" | "references">,
): string | null {
  if (!account || !other.account) return null;
  const [mine, theirs] = [account.name, other.account.name];
  const rest = fields.flatMap((field, at) => (field === mine || references[at] === theirs ? [] : [[field, references[at]]]));
  const list = (at: 0 | 1) => [at === 0 ? mine : theirs, ...rest.map((pair) => pair[at])].join(", ");
  return `fields: [${list(0)}], references: [${list(1)}]`;
}

function checkActions(model: Model, { fields, field, place, onDelete, onUpdate }: Relation, survey: Survey): void {
  if (!model.account || !fields.includes(model.account.name)) return;
  survey.count(RELATION_SETS_ACCOUNT);
  const action = [onDelete, onUpdate].find((each) => each === "SetNull" || each === "SetDefault");
  if (action === undefined) return;
  survey.add({
    rule: RELATION_SETS_ACCOUNT,
    place,
    allows: `When the row that ${field} refers to goes or changes, ${model.table} loses or changes its account as well.`,
    evidence: `model ${model.name}: ${field} has the action ${action} on [${fields.join(", ")}].`,
    fix: null,
  });
}

/** Lists on both sides: Prisma makes a table of two columns, with no room for an account. */
function checkJoin(model: Model, relation: Relation, other: Model, survey: Survey): void {
  if (!relation.isList || !(model.isTenants || other.isTenants)) return;
  const back = other.relations.find(
    ({ name, field }) => name === relation.name && !(other === model && field === relation.field),
  );
  // Each such table is seen from both sides.
  const isSecond = `${other.name}.${back?.field}` < `${model.name}.${relation.field}`;
  survey.count(IMPLICIT_JOIN);
  if (!back?.isList || isSecond) return;
  survey.add({
    rule: IMPLICIT_JOIN,
    place: relation.place,
    allows: `The table between ${model.table} and ${other.table} has no account: it can join one tenant's rows with another's, and nothing keeps a tenant from reading it.`,
    evidence: `model ${model.name}: ${relation.field} and ${other.name}.${back.field} are lists of each other.`,
    fix: null,
  });
}
