import { describe, expect, it } from "vitest";
import type { Catalog, Membership, Role } from "../../src/isolation/catalog/catalog.js";
import { planes } from "../../src/isolation/planes.js";
import { AZORA } from "../../src/isolation/target.js";

const PLAIN = {
  login: false,
  superuser: false,
  bypassRls: false,
  createRole: false,
  createDb: false,
  replication: false,
  inherit: true,
};

function role(name: string, more: Partial<Role> = {}): Role {
  return { ...PLAIN, name, builtIn: false, settings: [], ...more };
}

type Options = Partial<Pick<Membership, "admin" | "inherit" | "set">>;

/** `member` in `role`, with PostgreSQL's usual options unless said otherwise. */
function edge(member: string, role: string, options: Options = {}): Membership {
  return { member, role, admin: false, inherit: true, set: true, grantors: [], ...options };
}

function of(memberships: readonly Membership[], more: readonly Role[] = []) {
  const names = ["azora_owner", "azora_runtime", "azora_support", "a", "b", "installer", "operator"];
  const catalog = {
    server: { version: "18", number: 180000, database: "x", user: "postgres" },
    roles: [
      ...names.map((name) => role(name)),
      role("postgres", { superuser: true, builtIn: true }),
      role("pg_monitor", { builtIn: true }),
      ...more,
    ],
    memberships,
  };
  return planes({ catalog: catalog as unknown as Catalog, target: AZORA });
}

const NOTHING: Options = { inherit: false, set: false };

describe("what a role reaches", () => {
  it("leads through any number of groups, and says which", () => {
    expect(
      of([edge("azora_runtime", "a"), edge("a", "b"), edge("b", "azora_owner")])
        .reach("azora_runtime")
        .get("azora_owner"),
    ).toBe("azora_runtime → a → b → azora_owner");
  });

  it.each<[string, readonly Membership[], boolean]>([
    ["a membership without options", [edge("azora_runtime", "azora_owner", NOTHING)], false],
    ["INHERIT alone", [edge("azora_runtime", "azora_owner", { set: false })], true],
    ["SET alone", [edge("azora_runtime", "azora_owner", { inherit: false })], true],
    ["ADMIN alone", [edge("azora_runtime", "azora_owner", { ...NOTHING, admin: true })], true],
    [
      "SET behind INHERIT, which SET ROLE doesn't follow",
      [edge("azora_runtime", "a", { set: false }), edge("a", "azora_owner", { inherit: false })],
      false,
    ],
    ["INHERIT behind SET", [edge("azora_runtime", "a", { inherit: false }), edge("a", "azora_owner", { set: false })], true],
    [
      "ADMIN behind INHERIT",
      [edge("azora_runtime", "a", { set: false }), edge("a", "azora_owner", { ...NOTHING, admin: true })],
      true,
    ],
    ["a circle", [edge("azora_runtime", "a"), edge("a", "b"), edge("b", "a")], false],
  ])("by %s", (_, memberships, reaches) => {
    expect(of(memberships).reach("azora_runtime").has("azora_owner")).toBe(reaches);
  });
});

describe("which side a role is on", () => {
  it("counts members, the application's groups, and nobody else", () => {
    const { sideOf } = of([edge("operator", "azora_support"), edge("azora_runtime", "a")]);
    expect([null, "operator", "azora_runtime", "a", "b", "azora_owner", "postgres", "pg_monitor"].map(sideOf)).toEqual([
      "public",
      "control",
      "runtime",
      "runtime",
      "stranger",
      "owner",
      "owner",
      "stranger",
    ]);
  });

  it("leaves the installer out of the planes that it may grant, and keeps an operator in who also has the owner", () => {
    const admin = { ...NOTHING, admin: true };
    const made = [
      edge("installer", "azora_support", admin),
      edge("installer", "azora_runtime", admin),
      edge("installer", "azora_owner"),
    ];
    expect(of(made).sideOf("installer")).toBe("owner");
    expect(of([edge("operator", "azora_support"), edge("operator", "azora_owner")]).sideOf("operator")).toBe("control");
    expect(of([edge("operator", "azora_support", admin)]).sideOf("operator")).toBe("control");
  });

  it("keeps a superuser in a plane that he is a member of", () => {
    const { sideOf } = of([edge("mighty", "azora_runtime")], [role("mighty", { superuser: true, login: true })]);
    expect(sideOf("mighty")).toBe("runtime");
  });
});
