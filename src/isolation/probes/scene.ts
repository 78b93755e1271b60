import type { Identity } from "./stage/identity.js";
import type { Rights } from "./stage/rights.js";
import type { Stage } from "./stage/stage.js";
import type { TenantTable } from "./stage/tables.js";

/** What a login may do with a table of its own tenant's. */
export type Command = "select" | "insert" | "update" | "delete";

/**
 * How a login fares with its own tenant's rows. `able`: it works. `no right`: PostgreSQL refuses it for want of any right.
 * Otherwise the reason why neither was shown.
 */
export type Ability = "able" | "no right" | { readonly why: string };

/** A stage with everybody who acts on it. */
export interface Scene extends Stage {
  /** The application's logins. */
  readonly runtime: readonly Identity[];
  /** The vendor's groups and logins. */
  readonly control: readonly Identity[];
  readonly owner: Identity;
  /** What views and functions showed each login when the victim had no row yet, by login and object. */
  readonly before: ReadonlyMap<string, string>;
  /** What a login can do with the attacker's own rows: an attack that fails shows something only where this works. */
  ability(identity: Identity, table: TenantTable, command: Command): Promise<Ability>;
  rights(identity: Identity): Promise<Rights>;
}

export interface Cast {
  readonly runtime: readonly Identity[];
  readonly control: readonly Identity[];
}
