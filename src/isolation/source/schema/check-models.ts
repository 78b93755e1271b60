import type { Survey } from "../source-rule.js";
import { checkRelation } from "./check-relations.js";
import { ACCOUNT_FIELD, ACCOUNT_RELATION, HIDDEN_FROM_PRISMA, KEY_WITHOUT_ACCOUNT } from "./rules.js";
import type { Scene } from "./scene.js";
import type { Model, SchemaModels } from "./schema-models.js";

/** Holds the models of one schema against the rules. */
export function checkModels({ models, hidden }: SchemaModels, scene: Omit<Scene, "models">): void {
  const all: Scene = { ...scene, models: new Map(models.map((model) => [model.name, model])) };
  for (const model of models) {
    if (model.isTenants) checkTenantModel(model, all);
    for (const relation of model.relations) checkRelation(model, relation, all);
  }
  for (const { what, place } of hidden) {
    scene.survey.count(HIDDEN_FROM_PRISMA);
    scene.survey.add({
      rule: HIDDEN_FROM_PRISMA,
      place,
      allows: `${what} may be anything: Prisma leaves it out, so it isn't judged.`,
      evidence: `${what} is marked as ignored.`,
      fix: null,
    });
  }
}

function checkTenantModel(model: Model, scene: Scene): void {
  const { survey } = scene;
  survey.count(HIDDEN_FROM_PRISMA);
  survey.count(ACCOUNT_FIELD);
  if (!model.account?.isRequired) {
    const state = model.account ? `${model.name}.${model.account.name} may be null or is a list` : `no field is mapped to it`;
    survey.add({
      rule: ACCOUNT_FIELD,
      place: model.account?.place ?? model.place,
      allows: `Rows of ${model.table} belong to no account or to nobody knows which.`,
      evidence: `${model.kind} ${model.name}, column ${model.accountColumn}: ${state}.`,
      fix: null,
    });
  }
  // What a view shows has no keys or foreign keys of its own.
  if (model.kind === "view") return;
  checkKeys(model, survey);
  checkAccountRelation(model, scene);
}

function checkKeys({ name, keys, account, accountColumn }: Model, survey: Survey): void {
  for (const { fields, place } of keys) {
    survey.count(KEY_WITHOUT_ACCOUNT);
    if (account && fields[0] === account.name) continue;
    survey.add({
      rule: KEY_WITHOUT_ACCOUNT,
      place,
      allows: "A violation of this key, or an upsert by it, tells one tenant that another has the value.",
      evidence: `model ${name} has the key [${fields.join(", ")}], and the account (${account?.name ?? accountColumn}) isn't first in it.`,
      fix: account ? `[${[account.name, ...fields.filter((field) => field !== account.name)].join(", ")}]` : null,
    });
  }
}

function checkAccountRelation(model: Model, { accounts, guard, survey }: Scene): void {
  if (model === accounts || (!accounts && guard)) return;
  survey.count(ACCOUNT_RELATION);
  const mine = model.relations.filter(({ to, fields }) => to === accounts?.name && fields.join() === model.account?.name);
  const cascades = mine.some(
    ({ onDelete, references }) => onDelete === "Cascade" && references.join() === accounts?.account?.name,
  );
  if (cascades) return;
  const seen = mine[0];
  survey.add({
    rule: ACCOUNT_RELATION,
    place: seen?.place ?? model.place,
    allows: `Rows of ${model.table} stay when their account is deleted, or keep it from being deleted.`,
    evidence: seen
      ? `model ${model.name}: ${seen.field} has onDelete: ${seen.onDelete ?? "(none, which is Restrict)"}.`
      : `model ${model.name} has no relation to ${accounts ? `model ${accounts.name}` : "a model of the accounts table"} by its account's field alone.`,
    fix: accounts?.account
      ? `@relation(fields: [${model.account?.name ?? "accountId"}], references: [${accounts.account.name}], onDelete: Cascade)`
      : null,
  });
}
