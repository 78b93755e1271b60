import { resumeTenant } from "../../control-plane/resume-tenant.js";
import { suspendTenant } from "../../control-plane/suspend-tenant.js";
import type { Stage } from "../stage.js";
import { found } from "./other-tenant.js";
import type { Cast } from "./tenants.js";

const SUSPENDED = { refused: ["ACCOUNT_SUSPENDED"] } as const;
const RAW = "SELECT number FROM tenant.batches";

/** Suspends B while it works, and lets it go on. */
export async function suspendAndResume(stage: Stage, { b }: Cast): Promise<void> {
  const { slug, name } = b.sample;
  stage.report({
    kind: "chapter",
    number: 6,
    title: `${name} is suspended, and comes back`,
    why: "A suspension is a fact of the database: a client that was open before is refused on its next statement, whatever it caches.",
  });
  const held = stage.open(b);
  const by = "B, with a client opened before,";
  const call = { by, statement: "b.batch.findMany()" };
  const read = async () => found(await held.batch.findMany({ select: { number: true } }));
  await stage.attempt({ ...call, tries: "works", promised: "reached" }, read);

  const reason = "Invoice 2026-0907 open for 60 days";
  const suspended = await stage.mustWork("the vendor suspends a tenant", () =>
    suspendTenant(stage.control, { tenant: slug, reason, readOnly: false, dryRun: false }),
  );
  stage.check(suspended.changed, `${slug} is suspended`, suspended.tenant.status);
  stage.report({ kind: "done", what: `azora tenant:suspend ${slug} --reason "${reason}"` });
  await stage.attempt({ ...call, tries: "goes on with the same client", promised: SUSPENDED }, read);
  await stage.attempt({ by, tries: "tries raw SQL", statement: RAW, promised: SUSPENDED }, async () =>
    found(await held.$queryRawUnsafe(RAW)),
  );

  const resumed = await stage.mustWork("the vendor resumes a tenant", () =>
    resumeTenant(stage.control, { tenant: slug, dryRun: false }),
  );
  stage.check(resumed.changed, `${slug} is active again`, resumed.tenant.status);
  stage.report({ kind: "done", what: `azora tenant:resume ${slug}` });
  await stage.attempt({ ...call, tries: "goes on where it was", promised: "reached" }, read);
}
