import type { Exemption } from "./finding.js";

/**
 * What a database is held against: which tables belong to tenants and who its planes are. azora's own is built in;
 * another's comes from a file.
 */
export interface Target {
  /** Every table in them belongs to tenants unless it is exempted. */
  readonly schemas: readonly string[];
  /** Name of the account's column; by qualified table where one differs. */
  readonly accountColumn: string;
  readonly accountColumns: Readonly<Record<string, string>>;
  readonly accounts: { readonly table: string; readonly key: string };
  readonly roles: {
    /** Logins of the application. */
    readonly runtime: readonly string[];
    /** Groups and logins of the vendor; whoever is their member counts. */
    readonly control: readonly string[];
    /** Who may own objects and bypass everything: none of them may be reached from the others. */
    readonly owners: readonly string[];
    /** Those of the owners that make logins, and so need CREATEROLE, in functions of their own. */
    readonly registrars?: readonly string[];
  };
  readonly context: {
    /** Expressions that name the asking account, as pg_get_expr() prints them; policies must compare with one of them. */
    readonly expressions: readonly string[];
    /** A statement that sets the context of account $1 for this transaction, run by the runtime login. */
    readonly enter: string | null;
  };
  /** Whether azora's guard is there, so that its triggers and functions are demanded too. */
  readonly guard: boolean;
  /** Whether each write must be logged. */
  readonly audit: boolean;
  readonly exemptions: readonly Exemption[];
  /** By qualified table and column: values that its constraints take, where none can be found for synthetic rows; some three for a unique one. */
  readonly samples?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Source files that may open connections, as paths or globs; with none of them every one that does is a finding. */
  readonly connections?: readonly string[];
}

/** azora's own schema. */
export const AZORA: Target = {
  schemas: ["tenant"],
  accountColumn: "account_id",
  accountColumns: {},
  accounts: { table: "control.accounts", key: "id" },
  roles: {
    runtime: ["azora_runtime"],
    control: ["azora_support"],
    owners: ["azora_owner", "azora_registrar"],
    registrars: ["azora_registrar"],
  },
  context: { expressions: ["guard.current_account()"], enter: null },
  guard: true,
  audit: true,
  exemptions: [],
};
