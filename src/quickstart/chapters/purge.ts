import { createHash } from "node:crypto";
import { purgeTenant } from "../../control-plane/purge-tenant.js";
import type { Receipt } from "../../control-plane/receipt.js";
import { verifyText } from "../../signing.js";
import type { Neighbour, PurgeProof } from "../result.js";
import type { Actor, Sql, Stage } from "../stage.js";
import { countRows, fingerprint, sum, tenantTables } from "../tables.js";
import { found } from "./other-tenant.js";
import type { Cast } from "./tenants.js";

/** C leaves: everything it has is deleted, and what stays is a signed receipt. */
export async function purge(stage: Stage, { a, b, c }: Cast): Promise<PurgeProof> {
  const { owner, control } = stage;
  const { slug, name } = c.sample;
  stage.report({
    kind: "chapter",
    number: 7,
    title: `${name} leaves`,
    why: "Deleting the account deletes its records by foreign key, in one transaction: killed half way, the tenant is whole. What stays is a receipt.",
  });
  const held = stage.open(c);
  const tables = await tenantTables(owner);
  const neighbours = [a, b];
  const counted = await countRows(owner, tables, c.id);
  const before = await Promise.all(neighbours.map(({ id }) => fingerprint(owner, tables, id)));

  const reason = "Contract ended on 2026-10-31, deletion asked for in writing";
  const { receipt } = await stage.mustWork("the vendor purges a tenant", () =>
    purgeTenant(control, { tenant: slug, reason, now: true }),
  );
  stage.report({ kind: "done", what: `azora tenant:purge ${slug} --now --confirm ${slug} --reason "${reason}"` });

  const left = sum((await countRows(owner, tables, c.id)).values());
  const after = await Promise.all(neighbours.map(({ id }) => fingerprint(owner, tables, id)));
  const rowsBefore = sum(counted.values());
  stage.check(left === 0 && rowsBefore > 0, `no row of ${slug} is left`, `${left} of ${rowsBefore}`);
  for (const [table, rows] of counted) {
    stage.check(
      receipt.counts[table] === rows,
      `the receipt counts what was there: ${rows} in ${table}`,
      String(receipt.counts[table]),
    );
  }
  showCounts(stage, receipt, left);
  const signatureValid = await checkReceipt(stage, receipt);
  await stage.attempt(
    {
      by: "C, with a client opened before,",
      tries: "reads",
      statement: "c.document.findMany()",
      promised: { refused: ["ACCOUNT_GONE"] },
    },
    async () => found(await held.document.findMany({ select: { number: true } })),
  );
  return {
    slug,
    receipt,
    rowsBefore,
    rowsLeft: left,
    signatureValid,
    neighbours: neighbours.map((actor, at) => untouched(stage, actor, before[at], after[at])),
  };
}

function showCounts({ report }: Stage, { counts, total }: Receipt, left: number): void {
  report({
    kind: "table",
    head: ["table", "rows deleted"],
    rows: [...Object.entries(counts), ["all tables", total], ["left", left]],
  });
}

/** Anybody can check a receipt: with its hash, and with the public key that the platform publishes. */
async function checkReceipt(stage: Stage, receipt: Receipt): Promise<boolean> {
  const { sequence, operator, purgedAt, payload, hash, keyId, signature, total } = receipt;
  const publicKey = await publishedKey(stage.owner, keyId);
  const valid = signature !== null && verifyText(payload, signature, publicKey);
  const altered = payload.replace(/"total"\s*:\s*\d+/, `"total": ${total - 1}`);
  stage.check(valid, "the receipt's signature is that of the published key", "it is not");
  stage.check(
    altered !== payload && !verifyText(altered, signature ?? "", publicKey),
    "an altered receipt fails the check",
    "it passes",
  );
  stage.check(createHash("sha256").update(payload).digest("hex") === hash, "the receipt's hash is that of its text", hash);
  stage.report({
    kind: "table",
    head: ["receipt", String(sequence)],
    rows: [
      ["operator", operator],
      ["purged at", purgedAt.toISOString()],
      ["rows", total],
      ["SHA-256", hash],
      [`Ed25519, key ${keyId}`, `${signature?.slice(0, 44)}…`],
    ],
  });
  stage.report({ kind: "done", what: "Signature verified with the public key; with one figure altered it fails" });
  return valid;
}

async function publishedKey(owner: Sql, keyId: string | null): Promise<string> {
  const { rows } = await owner.query<{ pem: string }>("SELECT value #>> '{}' AS pem FROM control.settings WHERE key = $1", [
    `signing_key.${keyId}`,
  ]);
  return rows[0]?.pem ?? "";
}

function untouched(
  stage: Stage,
  { sample: { slug } }: Actor,
  before: Neighbour["before"] | undefined,
  after: Neighbour["after"] | undefined,
): Neighbour {
  if (!before || !after) throw new Error(`${slug} was not hashed`);
  const same = before.sha256 === after.sha256 && before.rows === after.rows;
  stage.check(
    same,
    `${slug} is the same row for row`,
    `${before.rows} rows ${before.sha256} became ${after.rows} rows ${after.sha256}`,
  );
  stage.report({
    kind: "done",
    what: `${slug} untouched: ${after.rows} rows, SHA-256 over all of them ${before.sha256.slice(0, 16)}… before and after`,
  });
  return { slug, before, after };
}
