import type { Survey } from "../source-rule.js";
import type { Model } from "./schema-models.js";

/** What the rules know besides the model: all the others, and which of them is the account's. */
export interface Scene {
  readonly models: ReadonlyMap<string, Model>;
  readonly accounts: Model | undefined;
  /** Whether the database gives each tenant table its foreign key to the accounts, so that none has to be in the schema. */
  readonly guard: boolean;
  readonly survey: Survey;
}
