import type { SourceRule } from "../source-rule.js";

/** The invariants of a Prisma schema. */
export const ACCOUNT_FIELD: SourceRule = {
  id: "prisma-account-field",
  title: "Every model and view of a tenant schema has the account's column as a required field.",
  severity: "critical",
};

export const ACCOUNT_RELATION: SourceRule = {
  id: "prisma-account-relation",
  title: "Every tenant model has a relation to its account by the account's field, with onDelete: Cascade.",
  severity: "high",
};

export const KEY_WITHOUT_ACCOUNT: SourceRule = {
  id: "prisma-key-without-account",
  title: "Every id and every unique key of a tenant model starts with the account.",
  severity: "high",
};

export const RELATION_UNPAIRED: SourceRule = {
  id: "prisma-relation-unpaired",
  title: "Every relation between tenant models pairs account with account.",
  severity: "critical",
};

export const RELATION_SETS_ACCOUNT: SourceRule = {
  id: "prisma-relation-sets-account",
  title: "No relation empties or resets the account of a row.",
  severity: "high",
};

export const RELATION_INTO_TENANT: SourceRule = {
  id: "prisma-relation-into-tenant",
  title: "Only tenant models refer to tenant models.",
  severity: "high",
};

export const IMPLICIT_JOIN: SourceRule = {
  id: "prisma-implicit-join",
  title: "Tenant models are joined many-to-many by a model with an account, not by a table that Prisma makes.",
  severity: "critical",
};

export const HIDDEN_FROM_PRISMA: SourceRule = {
  id: "prisma-hidden",
  title: "Nothing of a tenant schema is ignored, so that it can be judged.",
  severity: "medium",
};

export const FOREIGN_KEYS: SourceRule = {
  id: "prisma-foreign-keys",
  title: "Relations are foreign keys of PostgreSQL.",
  severity: "high",
};

export const SCHEMA_RULES = [
  ACCOUNT_FIELD,
  ACCOUNT_RELATION,
  KEY_WITHOUT_ACCOUNT,
  RELATION_UNPAIRED,
  RELATION_SETS_ACCOUNT,
  RELATION_INTO_TENANT,
  IMPLICIT_JOIN,
  HIDDEN_FROM_PRISMA,
  FOREIGN_KEYS,
] as const;
