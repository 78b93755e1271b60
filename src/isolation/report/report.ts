import type { Catalog } from "../catalog/catalog.js";
import type { Target } from "../target.js";
import type { Verification } from "../verification.js";
import type { AuditSample } from "./audit-sample.js";

/** Everything that a reviewer reads, as one document: the page is made from it, and the signed JSON holds it. */
export interface Report {
  readonly format: 1;
  readonly verification: Verification;
  readonly target: Target;
  readonly catalog: Catalog;
  /** What the logs write down about a tenant that was made for it and never committed; null where there is no guard. */
  readonly auditSample: AuditSample | null;
}

/**
 * The catalog as it may leave the house: values of settings that somebody made up may be secrets, so their names
 * stay and their values don't.
 */
export function withoutSecrets(catalog: Catalog): Catalog {
  return {
    ...catalog,
    roles: catalog.roles.map((role) => ({ ...role, settings: role.settings.map(hideValue) })),
    database: { ...catalog.database, settings: catalog.database.settings.map(hideValue) },
    functions: catalog.functions.map((each) => ({ ...each, settings: each.settings.map(hideValue) })),
  };
}

/** PostgreSQL's own settings have no dot in their names. */
function hideValue(setting: string): string {
  const [name = ""] = setting.split("=", 1);
  return name.includes(".") ? `${name}=(hidden)` : setting;
}
