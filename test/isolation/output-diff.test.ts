import { describe, expect, it } from "vitest";
import type { Catalog, Relation } from "../../src/isolation/catalog/catalog.js";
import type { ChangeClass } from "../../src/isolation/diff/change.js";
import { compareReports } from "../../src/isolation/diff/compare-reports.js";
import {
  catalog,
  column,
  finding,
  foreignKey,
  grant,
  index,
  policy,
  report,
  role,
  tenantTable,
  verification,
} from "./support/build.js";

const BEFORE = report();

/** What changes when one table of the catalog is another. */
function changed(relation: string, change: (table: Relation) => Partial<Relation>) {
  const relations = catalog().relations.map((each) => (each.relation === relation ? { ...each, ...change(each) } : each));
  return compareReports(BEFORE, report({ catalog: catalog({ relations }) })).changes;
}

function inCatalog(change: Partial<Catalog>) {
  return compareReports(BEFORE, report({ catalog: catalog(change) })).changes;
}

const classes = (changes: readonly { readonly class: ChangeClass }[]) => changes.map((each) => each.class);

describe("isolation:diff", () => {
  it("finds nothing between two equal reports, in whatever order they list things", () => {
    const shuffled = catalog({
      relations: [...catalog().relations].reverse().map((each) => ({ ...each, oid: 7 })),
      roles: [...catalog().roles].reverse(),
    });
    expect(compareReports(BEFORE, report({ catalog: shuffled })).changes).toEqual([]);
  });

  it.each<[string, ChangeClass, (table: Relation) => Partial<Relation>]>([
    ["a right", "dangerous", ({ grants }) => ({ grants: [...grants, grant("azora_support", "SELECT")] })],
    [
      "a right on one column",
      "dangerous",
      ({ columns }) => ({
        columns: columns.map((each) => ({ ...each, grants: each.name === "title" ? [grant(null, "SELECT")] : [] })),
      }),
    ],
    [
      "a right to pass on",
      "dangerous",
      ({ grants }) => ({ grants: grants.map((each) => ({ ...each, grantable: each.right === "SELECT" })) }),
    ],
    ["a right less", "safe", ({ grants }) => ({ grants: grants.slice(1) })],
    ["row security off", "dangerous", () => ({ rowSecurity: false })],
    ["row security not forced", "dangerous", () => ({ forceRowSecurity: false })],
    ["a policy widened", "dangerous", () => ({ policies: [policy({ using: "true" })] })],
    [
      "a policy narrowed",
      "safe",
      () => ({ policies: [policy({ using: "((account_id = guard.current_account()) AND (id IS NOT NULL))" })] }),
    ],
    ["a second policy", "dangerous", ({ policies }) => ({ policies: [...policies, policy({ name: "more" })] })],
    [
      "a restrictive policy",
      "safe",
      ({ policies }) => ({ policies: [...policies, policy({ name: "less", permissive: false })] }),
    ],
    ["an index", "safe", ({ indexes }) => ({ indexes: [...indexes, index("batches_title_idx", ["account_id", "title"])] })],
    [
      "a unique index across accounts",
      "dangerous",
      ({ indexes }) => ({ indexes: [...indexes, index("batches_title_key", ["title"], { unique: true })] }),
    ],
    ["an index less", "look", () => ({ indexes: [] })],
    ["a foreign key less", "dangerous", ({ constraints }) => ({ constraints: constraints.slice(0, 1) })],
    [
      "a foreign key across accounts",
      "dangerous",
      ({ constraints }) => ({ constraints: [...constraints, foreignKey("x", ["user_id"], "tenant.users")] }),
    ],
    [
      "a paired foreign key",
      "safe",
      ({ constraints }) => ({ constraints: [...constraints, foreignKey("x", ["account_id", "user_id"], "tenant.users")] }),
    ],
    [
      "a foreign key no longer enforced",
      "dangerous",
      ({ constraints }) => ({ constraints: constraints.map((each) => ({ ...each, enforced: each.kind !== "foreign key" })) }),
    ],
    ["a column", "safe", ({ columns }) => ({ columns: [...columns, column("weight")] })],
    [
      "an account that may be missing",
      "dangerous",
      ({ columns }) => ({ columns: columns.map((each) => ({ ...each, notNull: each.name !== "account_id" })) }),
    ],
    ["another owner", "dangerous", () => ({ owner: "azora_runtime" })],
    ["an option that no judge knows", "dangerous", () => ({ options: ["security_barrier=true"] })],
  ])("classes %s as %s", (_, expected, change) => {
    expect(classes(changed("batches", change))).toEqual([expected]);
  });

  it("classes a new table by what it has", () => {
    const add = (table: Relation) => classes(inCatalog({ relations: [...catalog().relations, table] }));
    expect(add(tenantTable("photos"))).toEqual(["look"]);
    expect(add(tenantTable("photos", { columns: [column("id")] }))).toEqual(["dangerous"]);
    expect(add(tenantTable("photos", { forceRowSecurity: false }))).toEqual(["dangerous"]);
    expect(add(tenantTable("photos", { kind: "materialized view" }))).toEqual(["dangerous"]);
  });

  it("classes roles, memberships, functions and publications", () => {
    const { roles, memberships, functions, database } = catalog();
    const [first] = functions;
    const runtime = (more: object) => roles.map((each) => (each.name === "azora_runtime" ? { ...each, ...more } : each));
    expect(classes(inCatalog({ roles: runtime({ bypassRls: true }) }))).toEqual(["dangerous"]);
    expect(classes(inCatalog({ roles: [...roles, role("newcomer")] }))).toEqual(["look"]);
    expect(
      classes(
        inCatalog({
          memberships: [
            ...memberships,
            { role: "azora_owner", member: "azora_runtime", admin: false, inherit: true, set: true, grantors: ["postgres"] },
          ],
        }),
      ),
    ).toEqual(["dangerous"]);
    expect(classes(inCatalog({ functions: first ? [{ ...first, body: "BEGIN RETURN NULL; END" }] : [] }))).toEqual(["dangerous"]);
    expect(
      classes(inCatalog({ database: { ...database, publications: [{ name: "all", allTables: true, tables: [] }] } })),
    ).toEqual(["dangerous"]);
    expect(classes(inCatalog({ database: { ...database, largeObjects: 3 } }))).toEqual(["look"]);
  });

  it("sees what a check found, and a check that is no longer made", () => {
    const { rules } = verification();
    const after = report({ verification: verification({ findings: [finding()], rules: rules.slice(1), selfTest: null }) });
    const { changes, counts } = compareReports(BEFORE, after);
    expect(changes.map(({ what }) => what)).toEqual(
      expect.arrayContaining(["it is no longer made", "found now: foreign-key-unpaired"]),
    );
    expect(counts).toEqual({ dangerous: 3, look: 0, safe: 0 });
  });

  it("sees a second finding that is like the first, and none in a file whose lines have moved", () => {
    const at = (...lines: number[]) =>
      report({
        verification: verification({
          findings: lines.map((line) => finding({ layer: "source", object: `file src/a.ts:${line}` })),
        }),
      });
    const { whole, moved, more } = { whole: at(3), moved: at(8), more: at(8, 12) };
    expect(compareReports(whole, moved).changes).toEqual([]);
    expect(compareReports(whole, more).changes.map(({ what }) => what)).toEqual(["found now: foreign-key-unpaired"]);
  });

  it("puts dangerous changes first", () => {
    const changes = changed("batches", ({ indexes, grants }) => ({
      indexes: [...indexes, index("i", ["account_id"])],
      grants: [...grants, grant(null, "SELECT")],
      isUnlogged: true,
    }));
    expect(classes(changes)).toEqual(["dangerous", "dangerous", "safe"]);
  });
});
