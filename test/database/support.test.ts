import { beforeAll, expect, it } from "vitest";
import { createOperator, disableOperator, rotateOperator } from "../../src/control-plane/change-operator.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { resumeTenant } from "../../src/control-plane/resume-tenant.js";
import { listSupportGrants, type ReadGrantedInput, readGranted } from "../../src/control-plane/support.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import { type GrantSupportInput, grantSupport, listSupport, revokeSupport } from "../../src/tenant-plane/support.js";
import { newLogin } from "../support/new-login.js";
import { holder, inside, ownerOf, person } from "../support/people.js";
import { OPERATORS } from "../support/prepare.js";
import { plant } from "../support/sample.js";
import { describeOnBothEngines, type TestTenant } from "../support/world.js";

const ME = OPERATORS["vendor-admin"];
const denied = { code: "PERMISSION_DENIED" };
const noConsent = { code: "NO_CONSENT", exit: 4 };
const dryRun = false;

describeOnBothEngines("support by consent", (world) => {
  let tenant: TestTenant;
  let owner: string;
  beforeAll(async () => {
    tenant = await world().newTenant();
    await plant(world(), tenant.id, "CONSENT");
    owner = (await ownerOf(world(), tenant)).actor;
  });

  const as = (actor: string, of = tenant) => inside(world(), of, actor);
  const grant = (more: Partial<GrantSupportInput> = {}, actor = owner, of = tenant) =>
    grantSupport(as(actor, of), { operator: ME, hours: 1, tables: [], reason: "ticket 4711", dryRun, ...more });
  const read = (more: Partial<ReadGrantedInput> = {}) =>
    readGranted(world().control, { tenant: tenant.slug, table: "documents", where: {}, limit: 100, ...more });
  const closeAll = async () => {
    for (const { id } of (await listSupport(as("app"), { limit: 100 })).grants) await revokeSupport(as(owner), { id, dryRun });
  };
  const newOperator = async () => {
    const login = newLogin(world());
    await createOperator(world().control, { login, role: "support", dryRun, password: world().prepared.password });
    return login;
  };
  const tenantLines = (method: string, grantId: string) =>
    world().look<{ id: string; actor: string; row_id: string | null; subject: string; filter: object }>(
      "SELECT id, actor, row_id, subject, filter FROM tenant.audit_log WHERE account_id = $1 AND method = $2 AND filter ->> 'grant' = $3 ORDER BY id",
      tenant.id,
      method,
      grantId,
    );
  const vendorLines = (action: string, grantId: string) =>
    world().look<{ operator: string; account_slug: string; new_values: Record<string, unknown> }>(
      "SELECT operator, account_slug, new_values FROM control.admin_audit_log WHERE action = $1 AND coalesce(new_values ->> 'grant', new_values ->> 'id') = $2 ORDER BY id",
      action,
      grantId,
    );

  it("is no way in before, is one after, and is none again when it is revoked", async () => {
    await expect(read()).rejects.toMatchObject(noConsent);
    expect(await grant({ dryRun: true })).toMatchObject({ changed: true, dryRun: true });
    await expect(read()).rejects.toMatchObject(noConsent);

    const { grant: made } = await grant({ hours: 4 });
    expect(made).toMatchObject({
      operator: ME,
      scope: "read",
      tables: null,
      reason: "ticket 4711",
      grantedBy: owner,
      revokedAt: null,
    });
    expect(made.expiresAt.getTime() - made.grantedAt.getTime()).toBeCloseTo(4 * 3_600_000, -3);
    const rows = await world()
      .db(tenant)
      .document.findMany({ orderBy: { id: "asc" } });
    const found = await read();
    expect(found.rows.map(({ key, values }) => ({ key, title: values.title }))).toEqual(
      rows.map(({ id, title }) => ({ key: id, title })),
    );
    expect(found.rows.every(({ values }) => !("account_id" in values))).toBe(true);

    expect((await listSupport(as(owner), { limit: 1 })).grants).toEqual([made]);
    expect((await listSupportGrants(world().control, { limit: 1 })).grants).toMatchObject([
      { id: made.id, accountSlug: tenant.slug },
    ]);
    expect(await revokeSupport(as(owner), { id: made.id, dryRun })).toMatchObject({ changed: true, grant: { revokedBy: owner } });
    expect(await revokeSupport(as(owner), { id: made.id, dryRun })).toMatchObject({ changed: false });
    await expect(read()).rejects.toMatchObject(noConsent);
    const [refused] = await world().look<{ outcome: string; account_id: string }>(
      "SELECT outcome, account_id FROM control.admin_audit_log WHERE action = 'support.read' ORDER BY id DESC LIMIT 1",
    );
    expect(refused).toEqual({ outcome: "refused", account_id: tenant.id });
  });

  it("is in both logs row by row, and of a row the vendor's names only the tenant's line", async () => {
    const { grant: made } = await grant();
    const { rows } = await read({ limit: 1, where: { status: "draft" } });
    await read({ where: { number: "nobody has this" } });
    const lines = await tenantLines("support.read", made.id);
    expect(lines.map(({ actor, row_id, subject }) => ({ actor, row_id, subject }))).toEqual(
      rows.map(({ key }) => ({ actor: `support:${ME}`, row_id: key, subject: "documents" })),
    );
    expect(rows).toHaveLength(1);
    const asked = await tenantLines("support.ask", made.id);
    expect(asked.map(({ filter }) => filter)).toEqual([
      { grant: made.id, where: { status: "draft" }, after: null, limit: 1 },
      { grant: made.id, where: { number: "nobody has this" }, after: null, limit: 100 },
    ]);
    const named = { operator: ME, account_slug: tenant.slug };
    const toLines = (all: typeof lines) =>
      all.map(({ id }) => ({ ...named, new_values: { grant: made.id, table: "tenant.documents", line: id } }));
    expect(await vendorLines("support.read", made.id)).toEqual(toLines(lines));
    expect(await vendorLines("support.ask", made.id)).toEqual(toLines(asked));
    await closeAll();
    const changes = await world().look<{ operation: string; actor: string }>(
      "SELECT operation, actor FROM tenant.audit_log WHERE account_id = $1 AND subject = 'control.support_grants' AND row_id = $2 ORDER BY id",
      tenant.id,
      made.id,
    );
    expect(changes).toEqual([
      { operation: "create", actor: owner },
      { operation: "update", actor: owner },
    ]);
    for (const action of ["support.grant", "support.revoke"]) {
      expect(await vendorLines(action, made.id), action).toMatchObject([
        { account_slug: tenant.slug, new_values: { granted_by: owner } },
      ]);
    }
  });

  it("takes the consent of a person who holds support:manage, which no * for a resource includes", async () => {
    await expect(grant({}, "app")).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await expect(grant({}, `support:${ME}`)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    for (const role of ["admin", "member", "viewer"]) {
      await expect(grant({}, (await person(world(), tenant, role)).actor), role).rejects.toMatchObject(denied);
    }
    const star = await holder(world(), tenant, "*:manage", "*:read");
    await expect(grant({}, star.actor)).rejects.toMatchObject(denied);
    await expect(listSupport(as(star.actor), { limit: 1 })).rejects.toMatchObject(denied);
    const reader = await holder(world(), tenant, "support:read");
    expect((await listSupport(as(reader.actor), { limit: 1 })).grants).toHaveLength(1);
    await expect(grant({}, reader.actor)).rejects.toMatchObject(denied);
    const manager = await holder(world(), tenant, "support:manage");
    const { grant: made } = await grant({}, manager.actor);
    expect(made.grantedBy).toBe(manager.actor);
    await expect(revokeSupport(as(reader.actor), { id: made.id, dryRun })).rejects.toMatchObject(denied);
    expect(await revokeSupport(as(manager.actor), { id: made.id, dryRun })).toMatchObject({ changed: true });
  });

  it("says what is wrong with a consent", async () => {
    await expect(grant({ operator: "nobody" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    for (const wrong of [{ hours: 169 }, { hours: 0 }, { tables: ["documents", "nowhere"] }, { tables: ["control.accounts"] }]) {
      await expect(grant(wrong), JSON.stringify(wrong)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    }
    const sam = await newOperator();
    await disableOperator(world().control, { login: sam, dryRun });
    await expect(grant({ operator: sam })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const other = (await ownerOf(world(), world().a)).actor;
    const { grant: made } = await grant();
    await expect(revokeSupport(as(other, world().a), { id: made.id, dryRun })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await listSupport(as(other, world().a), { limit: 5 })).grants).toEqual([]);
    await closeAll();
  });

  it("opens what it names: this tenant, these tables, this operator", async () => {
    await grant({ tables: ["batches", "tenant.test_results"] });
    expect((await read({ table: "batches" })).rows.length).toBeGreaterThan(0);
    expect((await read({ table: "tenant.test_results" })).rows.length).toBeGreaterThan(0);
    for (const table of ["documents", "tenant.documents", "users", "audit_log", "control.accounts", "nowhere"]) {
      await expect(read({ table }), table).rejects.toMatchObject(noConsent);
    }
    await expect(read({ tenant: world().a.slug, table: "batches" })).rejects.toMatchObject(noConsent);
    await closeAll();
    await grant({ operator: OPERATORS.support });
    await expect(read()).rejects.toMatchObject(noConsent);
    await world().as("support");
    expect((await read()).rows.length).toBeGreaterThan(0);
    expect((await listSupportGrants(world().control, { limit: 10 })).grants.map(({ operator }) => operator)).toEqual([
      OPERATORS.support,
    ]);
    await world().as("vendor-admin");
    await closeAll();
  });

  it("is to the one who had the password then, and not to whoever sets it later", async () => {
    const login = await newOperator();
    const rotate = () => rotateOperator(world().control, { login, dryRun, password: world().prepared.password });
    const asSam = async () => {
      await world().use(() => world().openEngine(login));
      const answer = await read().then(
        ({ rows }) => rows.length > 0,
        ({ code }: { code: string }) => code,
      );
      await rotate();
      await world().as("vendor-admin");
      return answer;
    };
    await grant({ operator: login });
    expect(await asSam()).toBe(true);
    // His own new password changes nothing; one that somebody else gave him does.
    expect(await asSam()).toBe(true);
    await rotate();
    expect(await asSam()).toBe("NO_CONSENT");
    await grant({ operator: login });
    expect(await asSam()).toBe(true);
    await closeAll();
  });

  it("ends by itself", async () => {
    await world().look(
      `INSERT INTO control.support_grants (id, account_id, operator, reason, granted_by, expires_at)
       VALUES (guard.uuid7(), $1, $2, 'short', $3, clock_timestamp() + interval '6 seconds')`,
      tenant.id,
      ME,
      owner,
    );
    expect((await read()).rows.length).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 6100));
    await expect(read()).rejects.toMatchObject(noConsent);
    const [{ id } = { id: "" }] = (await listSupport(as(owner), { limit: 1 })).grants;
    expect(await revokeSupport(as(owner), { id, dryRun })).toMatchObject({ changed: false });
  });

  it("asks by values of columns, page after page, and takes no column for another", async () => {
    await grant();
    const all = await read({ table: "role_permissions" });
    const pages = [];
    for (let after: string | undefined; pages.length === 0 || after !== undefined; ) {
      const page = await read({ table: "role_permissions", limit: 4, ...(after !== undefined && { after }) });
      pages.push(...page.rows);
      after = page.next ?? undefined;
    }
    expect(pages).toEqual(all.rows);
    expect(all.rows.length).toBeGreaterThan(8);
    const without = await read({ where: { owner_id: null } });
    expect(without.rows.map(({ values }) => values.owner_id)).toEqual(without.rows.map(() => null));
    expect(without.rows.length).toBeGreaterThan(0);
    for (const where of [{ nothing: "x" }, { status: "no such status" }, { id: "no uuid" }, { "id) OR (true": "x" }]) {
      await expect(read({ where }), JSON.stringify(where)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    }
    await expect(read({ limit: 101 })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(read({ after: "no uuid" })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await closeAll();
  });

  it("reads an application's own table, whose rows are named by several columns", async () => {
    await world().look(
      `CREATE TABLE public."Machines" (shop uuid, plant text, serial integer, label text, document json, PRIMARY KEY (shop, plant, serial))`,
    );
    await world().look(`SELECT guard.protect('public."Machines"', account_column => 'shop')`);
    await world().look(
      `INSERT INTO public."Machines" SELECT s, p, n, s || p || n, '{}' FROM unnest($1::uuid[]) s, unnest('{east,west}'::text[]) p, generate_series(9, 11) n`,
      [tenant.id, world().b.id],
    );
    await grant({ tables: ['public."Machines"'] });
    const table = 'public."Machines"';
    const keys = (rows: readonly { readonly key: string }[]) =>
      rows.map(({ key }) => Object.values(JSON.parse(key) as object).join(" "));
    const first = await read({ table, limit: 4 });
    expect(keys(first.rows)).toEqual(["east 9", "east 10", "east 11", "west 9"]);
    const rest = await read({ table, limit: 4, after: first.next ?? "" });
    expect(keys(rest.rows)).toEqual(["west 10", "west 11"]);
    expect(rest.rows[0]?.values).toEqual({ plant: "west", serial: 10, label: `${tenant.id}west10`, document: {} });
    expect(keys((await read({ table, where: { serial: "10" } })).rows)).toEqual(["east 10", "west 10"]);
    for (const after of ["no json", "[]", '{"plant": "east"}']) {
      await expect(read({ table, after }), after).rejects.toMatchObject({ code: "INVALID_INPUT" });
    }
    // Of a type that knows no equality.
    await expect(read({ table, where: { document: "{}" } })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await closeAll();
  });

  it("never shows a masked column, and answers no question about one", async () => {
    await grant();
    await world().look("SELECT guard.mask('tenant.documents', 'title')");
    const { rows } = await read();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ values }) => "title" in values)).toEqual([]);
    await expect(read({ where: { title: "x" } })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await world().look("SELECT guard.mask('tenant.documents', 'title', hidden => false)");
    expect((await read()).rows.filter(({ values }) => "title" in values)).toHaveLength(rows.length);
    await closeAll();
  });

  it("stays outside a tenant that is suspended, and may be closed by one that only reads", async () => {
    const { grant: made } = await grant();
    const suspend = { tenant: tenant.slug, reason: "x", dryRun };
    await suspendTenant(world().control, { ...suspend, readOnly: false });
    await expect(read()).rejects.toMatchObject({ code: "ACCOUNT_SUSPENDED" });
    await suspendTenant(world().control, { ...suspend, readOnly: true });
    expect((await read()).rows.length).toBeGreaterThan(0);
    await expect(grant()).rejects.toMatchObject({ code: "ACCOUNT_READ_ONLY" });
    expect(await revokeSupport(as(owner), { id: made.id, dryRun })).toMatchObject({ changed: true });
    await expect(read()).rejects.toMatchObject(noConsent);
    await resumeTenant(world().control, { tenant: tenant.slug, dryRun });
  });

  it("goes with the tenant, which a purge proves", async () => {
    const gone = await world().newTenant();
    await grant({}, (await ownerOf(world(), gone)).actor, gone);
    await readGranted(world().control, { tenant: gone.slug, table: "users", where: {}, limit: 1 });
    const left = () => world().look("SELECT FROM control.support_grants WHERE account_id = $1", gone.id);
    expect(await left()).toHaveLength(1);
    // The proof looks there: with a foreign key that leaves rows behind, it refuses.
    const key = "ALTER TABLE control.support_grants DROP CONSTRAINT support_grants_account_id_fkey";
    await world().look(key);
    await expect(purgeTenant(world().control, { tenant: gone.slug, reason: "x", now: true })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await world().look(
      `ALTER TABLE control.support_grants ADD CONSTRAINT support_grants_account_id_fkey
       FOREIGN KEY (account_id) REFERENCES control.accounts (id) ON DELETE CASCADE`,
    );
    expect(await purgeTenant(world().control, { tenant: gone.slug, reason: "x", now: true })).toMatchObject({ purged: true });
    expect(await left()).toEqual([]);
  });
});
