import type {
  Catalog,
  Column,
  Constraint,
  Grant,
  Index,
  Policy,
  Relation,
  Role,
} from "../../../src/isolation/catalog/catalog.js";
import type { Finding } from "../../../src/isolation/finding.js";
import type { Attempt, ProbeResult } from "../../../src/isolation/probe.js";
import type { Report } from "../../../src/isolation/report/report.js";
import { AZORA } from "../../../src/isolation/target.js";
import type { Verification } from "../../../src/isolation/verification.js";

/** Hand-made values for what prints, exports and compares: small, and each field can be set. */

export function grant(grantee: string | null, right: string, grantable = false): Grant {
  return { grantee, right, grantable };
}

export function role(name: string, more: Partial<Role> = {}): Role {
  const none = { superuser: false, bypassRls: false, createRole: false, createDb: false, replication: false };
  return { name, login: false, inherit: true, builtIn: false, settings: [], ...none, ...more };
}

export function column(name: string, more: Partial<Column> = {}): Column {
  return { name, type: "uuid", notNull: true, default: null, identity: null, generated: false, grants: [], ...more };
}

export function foreignKey(
  name: string,
  columns: readonly string[],
  references: string,
  more: Partial<Constraint> = {},
): Constraint {
  const referencedColumns = columns.length === 1 ? ["id"] : ["account_id", "id"];
  return {
    ...{ name, kind: "foreign key", columns, references, referencedColumns, onDelete: "cascade", onUpdate: "no action" },
    definition: `FOREIGN KEY (${columns.join(", ")}) REFERENCES ${references} (${referencedColumns.join(", ")}) ON DELETE CASCADE`,
    ...{ validated: true, enforced: true, deferrable: false, triggersOn: true },
    ...more,
  };
}

export function index(name: string, columns: readonly string[], more: Partial<Index> = {}): Index {
  const flags = { unique: false, exclusion: false, primary: false, valid: true, ownClasses: [], predicate: null };
  return { name, columns, ...flags, definition: `CREATE INDEX ${name} ON … (${columns.join(", ")})`, ...more };
}

const OWN = "(account_id = ( SELECT guard.current_account() AS current_account))";

export function policy(more: Partial<Policy> = {}): Policy {
  return {
    name: "tenant_isolation",
    permissive: true,
    command: "all",
    roles: [null],
    using: OWN,
    check: OWN,
    reads: [],
    calls: [],
    ...more,
  };
}

/** A table as guard.protect() makes it. */
export function tenantTable(relation: string, more: Partial<Relation> = {}): Relation {
  return {
    ...{ oid: 1, name: `tenant.${relation}`, schema: "tenant", relation, kind: "table", owner: "azora_owner" },
    grants: ["SELECT", "INSERT", "UPDATE", "DELETE"].map((right) => grant("azora_runtime", right)),
    columns: [column("account_id", { default: "guard.current_account()" }), column("id"), column("title", { type: "text" })],
    constraints: [
      {
        ...foreignKey(`${relation}_pkey`, ["account_id", "id"], ""),
        kind: "primary key",
        references: null,
        definition: "PRIMARY KEY (account_id, id)",
      },
      foreignKey(`${relation}_account_id_fkey`, ["account_id"], "control.accounts"),
    ],
    indexes: [index(`${relation}_pkey`, ["account_id", "id"], { unique: true, primary: true })],
    ...{ rowSecurity: true, forceRowSecurity: true, policies: [policy()], triggers: [], rules: [], extension: null },
    ...{ isPartition: false, parents: [], isUnlogged: false, options: [], definition: null, reads: [], calls: [], fills: [] },
    ...more,
  } as Relation;
}

export function controlTable(relation: string, more: Partial<Relation> = {}): Relation {
  return tenantTable(relation, {
    ...{ name: `control.${relation}`, schema: "control", rowSecurity: false, forceRowSecurity: false, policies: [] },
    ...{ columns: [column("id"), column("name", { type: "text" })], constraints: [], grants: [grant("azora_support", "SELECT")] },
    ...more,
  });
}

export function catalog(more: Partial<Catalog> = {}): Catalog {
  return {
    server: { version: "18.4", number: 180004, database: "app", user: "postgres" },
    roles: [
      role("azora_owner"),
      role("azora_runtime", { login: true, settings: ["track_activities=off"] }),
      role("azora_support"),
      role("azora_billing"),
      role("azora_vendor_admin"),
      role("azora_admin", { login: true }),
    ],
    memberships: [
      { role: "azora_support", member: "azora_billing", admin: false, inherit: true, set: true, grantors: ["postgres"] },
      { role: "azora_billing", member: "azora_vendor_admin", admin: false, inherit: true, set: true, grantors: ["postgres"] },
      { role: "azora_vendor_admin", member: "azora_admin", admin: false, inherit: true, set: true, grantors: ["postgres"] },
    ],
    schemas: ["control", "tenant", "guard"].map((name) => ({
      name,
      owner: "azora_owner",
      grants: [grant("azora_runtime", "USAGE")],
    })),
    relations: [
      controlTable("accounts", {
        rowSecurity: true,
        policies: [
          policy({ name: "control_plane", command: "select", roles: ["azora_support"], using: "true", check: null }),
          policy({
            name: "own_account",
            command: "select",
            roles: ["azora_runtime"],
            using: "(id = ( SELECT guard.current_account() AS current_account))",
            check: null,
          }),
        ],
        columns: [column("id", { grants: [grant("azora_runtime", "SELECT")] }), column("slug", { type: "text" })],
      }),
      controlTable("plans"),
      controlTable("subscriptions"),
      tenantTable("documents"),
      tenantTable("document_revisions", {
        constraints: [
          ...tenantTable("document_revisions").constraints,
          foreignKey("document_revisions_document_fkey", ["account_id", "document_id"], "tenant.documents"),
        ],
      }),
      tenantTable("batches"),
      tenantTable("users"),
    ],
    functions: [
      {
        ...{
          name: "guard.current_account()",
          schema: "guard",
          owner: "azora_owner",
          language: "plpgsql",
          kind: "function" as const,
        },
        ...{ volatility: "stable" as const, securityDefiner: true, leakproof: false, settings: ["search_path=pg_catalog"] },
        ...{ body: "BEGIN … END", returns: "uuid", grants: [grant("azora_runtime", "EXECUTE")], extension: null },
      },
    ],
    defaultRights: [],
    database: {
      ...{ owner: "postgres", grants: [grant("azora_runtime", "CONNECT")], settings: [], eventTriggers: [], publications: [] },
      ...{ extensions: [{ name: "plpgsql", schema: "pg_catalog", version: "1.0" }], foreignServers: [], parameterGrants: [] },
      ...{
        languages: [],
        systemFunctions: [],
        systemGrants: [],
        systemAdditions: [],
        foreignWrappers: [],
        subscriptions: [],
        owned: [],
        largeObjects: 0,
      },
    },
    protectedTables: [],
    ...more,
  };
}

export function finding(more: Partial<Finding> = {}): Finding {
  return {
    ...{ rule: "foreign-key-unpaired", layer: "static", severity: "critical", object: "table tenant.documents" },
    allows: "One tenant's row can point at another's.",
    evidence: "FOREIGN KEY (owner_id) REFERENCES tenant.users(id)",
    fix: "ALTER TABLE tenant.documents DROP CONSTRAINT documents_owner_id_fkey;",
    ...more,
  };
}

export function attempt(more: Partial<Attempt> = {}): Attempt {
  return {
    ...{
      as: "runtime",
      role: "azora_runtime",
      object: "table tenant.documents",
      statement: "SELECT * FROM tenant.documents WHERE account_id = $1",
    },
    ...{ answer: "0 rows", outcome: "held", note: null },
    ...more,
  } as Attempt;
}

export function probe(id: string, attempts: readonly Attempt[], more: Partial<ProbeResult> = {}): ProbeResult {
  return { id, title: "Another tenant's rows can't be read", severity: "critical", attempts, ...more };
}

export function verification(more: Partial<Verification> = {}): Verification {
  return {
    ...{ format: 1, azora: "0.1.0", checkedAt: "2026-11-23T03:00:00.000Z", server: catalog().server, verdict: "clean" },
    schemaFingerprint: "4f0c".repeat(16),
    figures: {
      recordsWithAccount: { carrying: 1204, total: 1204, tables: [{ table: "tenant.documents", carrying: 1204, total: 1204 }] },
      notCounted: null,
      tablesWithAccount: { carrying: 4, total: 4 },
      controlPlaneSelects: { possible: 0, tried: 1 },
      cascades: { cascading: 4, total: 4 },
    },
    rules: [
      {
        id: "row-security-forced",
        layer: "static",
        title: "Every tenant table has forced row security.",
        severity: "critical",
        checked: 4,
        found: 0,
      },
      {
        id: "foreign-key-unpaired",
        layer: "static",
        title: "Foreign keys pair the account with the account.",
        severity: "critical",
        checked: 5,
        found: 0,
      },
      {
        id: "view-invoker",
        layer: "static",
        title: "Views run with the rights of who asks.",
        severity: "high",
        checked: 0,
        found: 0,
      },
    ],
    probes: [
      probe("read-other", [attempt(), attempt({ statement: "SELECT count(*) FROM tenant.documents", answer: "1 row" })]),
      probe("control-plane-read", [attempt({ as: "control", answer: "42501: permission denied for table documents" })], {
        title: "The control plane can't read a tenant's row",
      }),
    ],
    identities: [
      { plane: "runtime", role: "azora_runtime", by: "session authorization" },
      { plane: "control", role: "azora_admin", by: "session authorization" },
    ],
    selfTest: [
      {
        ...{ name: "row security off", statement: "ALTER TABLE tenant.documents DISABLE ROW LEVEL SECURITY" },
        ...{ expected: ["row-security-forced", "read-other"], red: ["row-security-forced", "read-other"], seen: true },
      },
    ],
    ...{
      findings: [],
      accepted: [],
      stale: [],
      residualRisks: ["EXPLAIN tells of the size of tables: it is made from statistics over all rows."],
      unclear: [],
    },
    ...more,
  } as Verification;
}

export function report(more: Partial<Report> = {}): Report {
  return {
    format: 1,
    verification: verification(),
    target: AZORA,
    catalog: catalog(),
    auditSample: {
      statements: ["SELECT guard.enter($1, 'synthetic reviewer')"],
      tenantLog: [
        {
          occurred_at: "2026-11-23T03:00:00Z",
          actor: "synthetic reviewer",
          operation: "create",
          new_values: { title: "Synthetic procedure" },
        },
        {
          occurred_at: "2026-11-23T03:00:01Z",
          actor: "synthetic reviewer",
          operation: "update",
          old_values: { title: "Synthetic procedure" },
          new_values: { title: "Second issue" },
        },
      ],
      adminLog: [{ occurred_at: "2026-11-23T03:00:02Z", operator: "postgres", action: "tenant.create", outcome: "done" }],
      why: null,
    },
    ...more,
  };
}
