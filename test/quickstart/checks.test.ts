/**
 * Negative controls: the quickstart's own checks, on a database that was broken on purpose.
 * Each must go red for the one thing that is broken, and be green again once it is mended.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Installation } from "../../src/installation/open.js";
import { tryControlPlane } from "../../src/quickstart/chapters/control-plane.js";
import { measureFigures } from "../../src/quickstart/chapters/figures.js";
import { tryForgedContext } from "../../src/quickstart/chapters/forged-context.js";
import { tryOtherTenant } from "../../src/quickstart/chapters/other-tenant.js";
import { purge } from "../../src/quickstart/chapters/purge.js";
import { setUp } from "../../src/quickstart/chapters/set-up.js";
import { suspendAndResume } from "../../src/quickstart/chapters/suspension.js";
import { type Cast, createTenants } from "../../src/quickstart/chapters/tenants.js";
import type { PurgeProof } from "../../src/quickstart/result.js";
import type { Stage } from "../../src/quickstart/stage.js";

let directory: string;
let installation: Installation;
let stage: Stage;
let cast: Cast;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "azora-checks-"));
  ({ installation, stage } = await setUp(directory, () => undefined));
  ({ cast } = await createTenants(stage));
});

afterAll(async () => {
  await installation?.close();
  rmSync(directory, { recursive: true, force: true });
});

const POLICY = "(account_id = (SELECT guard.current_account()))";
const PURGED = { rowsBefore: 1, rowsLeft: 0 } as PurgeProof;

interface Breakage {
  readonly what: string;
  readonly breaks: string;
  readonly mends: string;
  readonly check: () => Promise<unknown>;
  /** What the message must name. */
  readonly says: RegExp;
}

const breakages: Breakage[] = [
  {
    what: "a policy that lets everything be read",
    breaks: "ALTER POLICY tenant_isolation ON tenant.documents USING (true)",
    mends: `ALTER POLICY tenant_isolation ON tenant.documents USING ${POLICY}`,
    check: () => tryOtherTenant(stage, cast),
    says: /B, searches for it among everything: no row was promised/,
  },
  {
    what: "row security that is off for a table",
    breaks: "ALTER TABLE tenant.batches DISABLE ROW LEVEL SECURITY",
    mends: "ALTER TABLE tenant.batches ENABLE ROW LEVEL SECURITY",
    check: () => tryOtherTenant(stage, cast),
    says: /B, releases A's quarantined batch: no row was promised/,
  },
  {
    // The audit log's policy alone would stop it too: the row's audit entry goes to the same account.
    what: "policies that take what they don't show",
    breaks: onBoth("WITH CHECK (true)"),
    mends: onBoth(`WITH CHECK ${POLICY}`),
    check: () => tryOtherTenant(stage, cast),
    says: /B, plants a document in A: a refusal \(42501\) was promised/,
  },
  {
    what: "a signature that nobody checks",
    ...withoutError("AZ001"),
    check: () => tryForgedContext(stage, cast),
    says: /signs a context of A with a key of their own/,
  },
  {
    what: "a suspension that stops nothing",
    ...withoutError("AZ003"),
    check: () => suspendAndResume(stage, cast),
    says: /goes on with the same client: a refusal \(ACCOUNT_SUSPENDED\) was promised/,
  },
  {
    what: "one column that the vendor's groups may read",
    // Without the guard's functions the policy itself would refuse them.
    breaks: `GRANT USAGE ON SCHEMA tenant, guard TO azora_support; GRANT SELECT (title) ON tenant.documents TO azora_support;
      GRANT EXECUTE ON FUNCTION guard.current_account(), guard.read_context(), guard.permits(text), guard.holds(text) TO azora_support`,
    mends: `REVOKE USAGE ON SCHEMA tenant, guard FROM azora_support; REVOKE SELECT (title) ON tenant.documents FROM azora_support;
      REVOKE EXECUTE ON FUNCTION guard.current_account(), guard.read_context(), guard.permits(text), guard.holds(text) FROM azora_support`,
    check: () => tryControlPlane(stage),
    says: /every SELECT of azora_admin on schema tenant is refused with 42501\. Found: 2 of/,
  },
  {
    what: "a right of the vendor behind the schema's closed door",
    breaks: "GRANT DELETE ON tenant.users TO azora_billing",
    mends: "REVOKE DELETE ON tenant.users FROM azora_billing",
    check: () => tryControlPlane(stage),
    says: /holds no right on any table or column/,
  },
  {
    what: "rows that belong to no account",
    breaks: "CREATE TABLE tenant.stray (id int); INSERT INTO tenant.stray VALUES (1)",
    mends: "DROP TABLE tenant.stray",
    check: () => measureFigures(stage, PURGED),
    says: /every record carries the account_id of an account/,
  },
  {
    what: "a deletion that doesn't cascade",
    breaks:
      "ALTER TABLE tenant.users DROP CONSTRAINT users_account_id_fkey, ADD CONSTRAINT users_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts (id)",
    mends:
      "ALTER TABLE tenant.users DROP CONSTRAINT users_account_id_fkey, ADD CONSTRAINT users_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts (id) ON DELETE CASCADE ON UPDATE NO ACTION",
    check: async () => {
      await expect(purge(stage, cast)).rejects.toMatchObject({ code: "VIOLATIONS" });
      await measureFigures(stage, PURGED);
    },
    says: /cascades to every tenant table\. Found: 12 of 13/,
  },
];

function onBoth(change: string): string {
  return ["documents", "audit_log"].map((table) => `ALTER POLICY tenant_isolation ON tenant.${table} ${change}`).join("; ");
}

/** guard.refuse_context() finds out what is wrong, but lets it pass. */
function withoutError(state: string): Pick<Breakage, "breaks" | "mends"> {
  const raise = (level: string) => `RAISE ${level} USING ERRCODE = '${state}'`;
  const swap = (from: string, to: string) => `
    DO $do$
    DECLARE source constant text := pg_get_functiondef('guard.refuse_context(text)'::regprocedure);
    BEGIN
      ASSERT strpos(source, $from$${from}$from$) > 0, 'guard.refuse_context() does not raise it';
      EXECUTE replace(source, $from$${from}$from$, $to$${to}$to$);
    END $do$`;
  return { breaks: swap(raise("EXCEPTION"), raise("DEBUG")), mends: swap(raise("DEBUG"), raise("EXCEPTION")) };
}

describe("a check of the quickstart", () => {
  test.each(breakages)("goes red with $what, and green without it", async ({ breaks, mends, check, says }) => {
    await stage.owner.query(breaks);
    try {
      await expect(check()).rejects.toMatchObject({ code: "VIOLATIONS", exit: 9, message: expect.stringMatching(says) });
    } finally {
      await stage.owner.query(mends);
    }
    // What the breakage let through must not stand in the way of the next one.
    await stage.owner.query("DELETE FROM tenant.nonconformances WHERE number = 'NC-X'");
    await stage.owner.query("DELETE FROM tenant.documents WHERE number = 'SOP-666'");
    await stage.owner.query(
      "UPDATE control.accounts SET status = 'active', suspension = NULL, suspension_cause = NULL WHERE status <> 'active'",
    );
  });

  test("is green on a database as azora makes it", async () => {
    await tryOtherTenant(stage, cast);
    await tryForgedContext(stage, cast);
    await tryControlPlane(stage);
    await suspendAndResume(stage, cast);
    await measureFigures(stage, await purge(stage, cast));
    expect(stage.attempts.slice(-20).every(({ asPromised }) => asPromised)).toBe(true);
  });
});
