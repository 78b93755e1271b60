import { createTenant } from "../../control-plane/create-tenant.js";
import { loadTenant } from "../load-tenant.js";
import type { QuickstartTenant } from "../result.js";
import { readSampleTenants, type SampleTenant } from "../sample-data.js";
import type { Actor, Stage } from "../stage.js";
import { countRows, sum, tenantTables } from "../tables.js";

/** The three of the story: A owns what B would like to see, and C will leave. */
export interface Cast {
  readonly a: Actor;
  readonly b: Actor;
  readonly c: Actor;
}

/** Creates the sample tenants with the vendor's login and loads their records with the application's. */
export async function createTenants(stage: Stage): Promise<{ cast: Cast; tenants: QuickstartTenant[] }> {
  stage.report({
    kind: "chapter",
    number: 2,
    title: "Three tenants",
    why: "One call makes an account whole: subscription, default roles, first user. The vendor's login gets no right on any of it.",
  });
  const samples = readSampleTenants();
  const a = await create(stage, "A", samples.a, "tomasz.wielgosz@brennholt.example");
  const b = await create(stage, "B", samples.b, "emre.yildiz@cathodia.example");
  const c = await create(stage, "C", samples.c, "femke.dijkhuizen@kaasmeer.example");
  stage.report({ kind: "working", what: "Loading their records through tenantDb()" });
  const tenants: QuickstartTenant[] = [];
  const started = Date.now();
  for (const actor of [a, b, c]) tenants.push(await load(stage, actor));
  const records = sum(tenants.map((tenant) => tenant.records));
  stage.report({
    kind: "done",
    what: `${records} linked records in ${((Date.now() - started) / 1000).toFixed(1)} s, nested creates in one transaction a tenant`,
  });
  stage.report({
    kind: "table",
    head: ["", "tenant", "plan", "records", "what it does"],
    rows: [a, b, c].map(({ part, sample }, at) => [part, sample.slug, sample.plan, tenants[at]?.records ?? 0, sample.about]),
  });
  return { cast: { a, b, c }, tenants };
}

async function create({ control }: Stage, part: Actor["part"], sample: SampleTenant, user: string): Promise<Actor> {
  const { slug, name, plan, owner } = sample;
  const { tenant } = await createTenant(control, { slug, name, plan, ownerEmail: owner, ifNotExists: false, dryRun: false });
  return { part, id: tenant.id, sample, user };
}

async function load(stage: Stage, actor: Actor): Promise<QuickstartTenant> {
  const { part, id, sample } = actor;
  await loadTenant(stage.open({ id, user: sample.owner }), sample);
  const counts = await countRows(stage.owner, await tenantTables(stage.owner), id);
  counts.delete("tenant.audit_log");
  return { part, id, slug: sample.slug, name: sample.name, plan: sample.plan, records: sum(counts.values()) };
}
