/**
 * What a database's catalog says, as plain data: rules judge it, reports show it, two of them can be compared. Names of
 * relations and functions are qualified and quoted as they stand in a statement; names of roles and columns are bare.
 */
export interface Catalog {
  readonly server: Server;
  readonly roles: readonly Role[];
  readonly memberships: readonly Membership[];
  readonly schemas: readonly Schema[];
  readonly relations: readonly Relation[];
  readonly functions: readonly DatabaseFunction[];
  readonly defaultRights: readonly DefaultRights[];
  readonly database: DatabaseFacts;
  /** What guard.protect() took down; empty where there is no guard. */
  readonly protectedTables: readonly ProtectedTable[];
}

export interface ProtectedTable {
  readonly table: string;
  readonly accountColumn: string;
  readonly appendOnly: boolean;
}

export interface Server {
  /** `18.4`. */
  readonly version: string;
  /** 180004. */
  readonly number: number;
  readonly database: string;
  /** Whom the catalog was read as. */
  readonly user: string;
}

/** A right held on something; a null grantee is PUBLIC. */
export interface Grant {
  readonly grantee: string | null;
  /** PostgreSQL's word: SELECT, TRUNCATE, EXECUTE … */
  readonly right: string;
  readonly grantable: boolean;
}

export interface Role {
  readonly name: string;
  readonly login: boolean;
  readonly superuser: boolean;
  readonly bypassRls: boolean;
  readonly createRole: boolean;
  readonly createDb: boolean;
  readonly replication: boolean;
  readonly inherit: boolean;
  /** Made by initdb: the first superuser and PostgreSQL's own `pg_…` roles. */
  readonly builtIn: boolean;
  /** `name=value`, set for the role in all databases or in this one. */
  readonly settings: readonly string[];
}

/** From PostgreSQL 16 on each has its own options; before, `inherit` is the member's own and `set` is always true. */
export interface Membership {
  readonly role: string;
  readonly member: string;
  readonly admin: boolean;
  readonly inherit: boolean;
  readonly set: boolean;
  /** Who gave it; nobody where it goes with owning the database. */
  readonly grantors: readonly string[];
}

export interface Schema {
  readonly name: string;
  readonly owner: string;
  readonly grants: readonly Grant[];
}

export type RelationKind = "table" | "partitioned table" | "view" | "materialized view" | "foreign table" | "sequence" | "other";

export interface Relation {
  readonly oid: number;
  readonly name: string;
  readonly schema: string;
  readonly relation: string;
  readonly kind: RelationKind;
  readonly owner: string;
  readonly grants: readonly Grant[];
  /** Its extension, for what one brought. */
  readonly extension: string | null;
  readonly columns: readonly Column[];
  readonly constraints: readonly Constraint[];
  readonly indexes: readonly Index[];
  readonly rowSecurity: boolean;
  readonly forceRowSecurity: boolean;
  readonly policies: readonly Policy[];
  readonly triggers: readonly Trigger[];
  readonly rules: readonly RewriteRule[];
  readonly isPartition: boolean;
  /** Tables it inherits from or is a partition of. */
  readonly parents: readonly string[];
  readonly isUnlogged: boolean;
  /** `name=value` of reloptions. */
  readonly options: readonly string[];
  /** Of a view: its SELECT. */
  readonly definition: string | null;
  /** Of a view: the relations that it names itself. */
  readonly reads: readonly string[];
  /** Functions that a view calls, or that run when a table's rows are written, compared or counted; PostgreSQL's own and extensions' apart. */
  readonly calls: readonly string[];
  /** Of a sequence: the table whose column it fills, if any. */
  readonly fills: readonly string[];
}

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
  readonly identity: "always" | "by default" | null;
  readonly generated: boolean;
  readonly grants: readonly Grant[];
}

export interface Constraint {
  readonly name: string;
  readonly kind: "primary key" | "unique" | "exclusion" | "foreign key" | "check" | "not null" | "trigger" | "other";
  readonly columns: readonly string[];
  readonly definition: string;
  readonly validated: boolean;
  /** PostgreSQL 18's NOT ENFORCED; true before. */
  readonly enforced: boolean;
  readonly deferrable: boolean;
  /** Of a foreign key. */
  readonly references: string | null;
  readonly referencedColumns: readonly string[];
  readonly onDelete: "no action" | "restrict" | "cascade" | "set null" | "set default" | null;
  readonly onUpdate: "no action" | "restrict" | "cascade" | "set null" | "set default" | null;
  /** Of a foreign key: whether PostgreSQL's own triggers behind it are there, on both tables, do what it says, and are on (not D or R). */
  readonly triggersOn: boolean;
}

export interface Index {
  readonly name: string;
  /** Key columns in order; null for an expression. */
  readonly columns: readonly (string | null)[];
  readonly unique: boolean;
  readonly exclusion: boolean;
  readonly primary: boolean;
  readonly valid: boolean;
  /** Operator classes that neither PostgreSQL nor an extension brought: they say what is equal. */
  readonly ownClasses: readonly string[];
  /** The WHERE of a partial index. */
  readonly predicate: string | null;
  readonly definition: string;
}

export interface Policy {
  readonly name: string;
  readonly permissive: boolean;
  readonly command: "all" | "select" | "insert" | "update" | "delete";
  /** Null is PUBLIC. */
  readonly roles: readonly (string | null)[];
  readonly using: string | null;
  readonly check: string | null;
  /** Relations and functions (those behind operators too) that it names, PostgreSQL's own apart. */
  readonly reads: readonly string[];
  readonly calls: readonly string[];
}

export interface Trigger {
  readonly name: string;
  /** `guard.audit_write()`. */
  readonly function: string;
  readonly enabled: "origin" | "always" | "replica" | "disabled";
  readonly timing: "before" | "after" | "instead of";
  readonly level: "row" | "statement";
  readonly events: readonly ("insert" | "update" | "delete" | "truncate")[];
  /** Columns of UPDATE OF; empty for all. */
  readonly columns: readonly string[];
  readonly when: string | null;
  /** Functions that it runs and that its condition asks, named or behind an operator or a type; PostgreSQL's own apart. */
  readonly calls: readonly string[];
  readonly arguments: readonly string[];
  readonly definition: string;
}

export interface RewriteRule {
  readonly name: string;
  readonly event: "select" | "insert" | "update" | "delete";
  readonly instead: boolean;
  readonly enabled: boolean;
  readonly definition: string;
}

export interface DatabaseFunction {
  /** `guard.protect(regclass,boolean,name)`. */
  readonly name: string;
  readonly schema: string;
  readonly owner: string;
  readonly language: string;
  readonly kind: "function" | "procedure" | "aggregate" | "window";
  readonly volatility: "immutable" | "stable" | "volatile";
  readonly securityDefiner: boolean;
  readonly leakproof: boolean;
  /** `name=value` of its SET clauses. */
  readonly settings: readonly string[];
  readonly body: string;
  readonly returns: string;
  readonly grants: readonly Grant[];
  readonly extension: string | null;
}

/** What `ALTER DEFAULT PRIVILEGES` gives on objects that a role makes from now on. */
export interface DefaultRights {
  readonly owner: string;
  /** Null for every schema. */
  readonly schema: string | null;
  readonly objects: "tables" | "sequences" | "functions" | "types" | "schemas" | "large objects";
  readonly grants: readonly Grant[];
}

/** What belongs to the database as a whole. */
export interface DatabaseFacts {
  readonly owner: string;
  readonly grants: readonly Grant[];
  readonly settings: readonly string[];
  readonly extensions: readonly { readonly name: string; readonly schema: string; readonly version: string }[];
  readonly eventTriggers: readonly {
    readonly name: string;
    readonly event: string;
    readonly function: string;
    readonly enabled: boolean;
  }[];
  readonly publications: readonly { readonly name: string; readonly allTables: boolean; readonly tables: readonly string[] }[];
  readonly subscriptions: readonly string[];
  readonly foreignServers: readonly { readonly name: string; readonly wrapper: string; readonly grants: readonly Grant[] }[];
  readonly foreignWrappers: readonly { readonly name: string; readonly grants: readonly Grant[] }[];
  /** Roles that may SET (or ALTER SYSTEM SET) a parameter by GRANT. */
  readonly parameterGrants: readonly { readonly parameter: string; readonly grants: readonly Grant[] }[];
  readonly languages: readonly { readonly name: string; readonly trusted: boolean; readonly grants: readonly Grant[] }[];
  /** Functions of pg_catalog that let sessions reach each other or the machine, with who may execute them. */
  readonly systemFunctions: readonly { readonly name: string; readonly grants: readonly Grant[] }[];
  /** Rights on PostgreSQL's own tables, columns and functions that it didn't come with. */
  readonly systemGrants: readonly { readonly object: string; readonly grants: readonly Grant[] }[];
  /** Operators, casts, types and relations among PostgreSQL's own that it didn't come with and no extension brought. */
  readonly systemAdditions: readonly string[];
  readonly largeObjects: number;
  /** How much each role owns in this database, by PostgreSQL's catalog: `pg_class`, `pg_type` …; the first superuser's isn't counted. */
  readonly owned: readonly { readonly role: string; readonly kind: string; readonly count: number; readonly example: string }[];
}
