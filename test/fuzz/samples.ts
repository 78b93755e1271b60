import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { type ArchivedTable, fingerprintOf, type Manifest, sha256 } from "../../src/archive/manifest.js";
import { tar } from "../../src/archive/tar.js";
import type { Plan } from "../../src/control-plane/apply/plan.js";
import { writeChain } from "../../src/control-plane/receipt-file.js";
import { leafHash, merkleRoot } from "../../src/seal/merkle.js";
import { makeSigningKey, parseSigningKey, signText } from "../../src/signing.js";

export const KEY = parseSigningKey("fuzz", makeSigningKey());
export const PRIVATE_KEY = KEY.privateKey.export({ type: "pkcs8", format: "pem" }).toString();

const ACCOUNT = "018f0000-0000-7000-8000-000000000001";
const NOW = "2026-11-23T10:00:00.000000Z";
const HASH = "0".repeat(64);

/** A document's exact text with its hash, signed: what receipts, checkpoints and retentions are made of. */
export function signed(payload: string) {
  return { payload, hash: createHash("sha256").update(payload).digest("hex"), keyId: KEY.id, signature: signText(payload, KEY) };
}

const url = (login: string) => `postgresql://${login}:hunter2@127.0.0.1:1/azora`;

export const config = {
  version: 1,
  engine: "server",
  controlLogin: "azora_admin",
  controlUrl: url("azora_admin"),
  tenantUrl: url("azora_runtime"),
  contextKey: { id: "ctx", secret: Buffer.alloc(32, 7).toString("base64") },
  signingKey: { id: "fuzz", privateKey: PRIVATE_KEY },
};

export const contexts = {
  version: 1,
  current: "eu",
  contexts: { eu: { dataDir: "/nowhere/eu" }, us: { dataDir: "/nowhere/us" } },
};

export const tenants = {
  tenants: [
    { slug: "acme", name: "Acme", ownerEmail: "o@acme.test", plan: "free", status: "active", region: null, metadata: { a: [1] } },
    { slug: "beta", name: "Beta", ownerEmail: "o@beta.test" },
  ],
};

export const TENANTS_YAML = `# tenants
tenants:
  - slug: acme
    name: "Acme: \\u00e9"
    ownerEmail: o@acme.test
    plan: &base free
    metadata: {rooms: [1, 2.5, true], since: 2026-01-01}
  - {slug: beta, name: Beta, ownerEmail: o@beta.test, region: 'eu', plan: *base}
`;

const state = {
  slug: "acme",
  name: "Acme",
  ownerEmail: "o@acme.test",
  plan: "free",
  status: "active",
  region: null,
  metadata: {},
} as const;

export const plan: Plan = {
  version: 1,
  installation: "fuzz",
  reason: "because",
  pruneAfterSeconds: 3600,
  steps: [
    { action: "create", id: null, before: null, after: state },
    { action: "update", id: ACCOUNT, before: state, after: { ...state, name: "Other" } },
    { action: "prune", id: ACCOUNT, before: state, after: { ...state, status: "purge-scheduled" } },
  ],
  kept: [{ slug: "held", code: "LEGAL_HOLD", message: "held" }],
  unchanged: 3,
};

export const purge = {
  ...{
    version: 1,
    kind: "purge",
    sequence: 1,
    accountId: ACCOUNT,
    slug: "acme",
    reason: "over",
    requestedBy: null,
    requestedAt: null,
  },
  ...{
    approvedBy: [],
    operator: "admin",
    startedAt: NOW,
    purgedAt: NOW,
    backupsUntil: null,
    counts: { "tenant.users": 1 },
    total: 1,
  },
  ...{
    unread: [],
    outsideStores: [{ name: "stripe", state: "pending", reference: null }],
    lastAudit: null,
    auditCheckpoint: null,
  },
  ...{ schema: HASH, toolVersion: "0.1.0", previousHash: null },
};

/** A receipt and what was said of it since, as they are exported. */
export function chainOf(first: string): string {
  const receipt = signed(first);
  const said = { version: 1, kind: "store", sequence: 2, receipt: 1, receiptHash: receipt.hash, previousHash: receipt.hash };
  const later = signed(
    JSON.stringify({ ...said, store: "stripe", reference: null, how: "stated", note: "n", operator: "a", statedAt: NOW }),
  );
  return writeChain([receipt, later], KEY, new Date(0));
}

export const target = {
  schemas: ["app"],
  accountColumn: "tenant_id",
  accountColumns: { "app.members": "organisation_id" },
  accounts: { table: "app.tenants", key: "id" },
  roles: { runtime: ["app"], control: ["support"], owners: ["app_owner"], registrars: [] },
  context: { expressions: ["x"], enter: null },
  guard: false,
  audit: false,
  exemptions: [{ object: "table app.countries", rule: "outside-table", reason: "the same for everybody" }],
  samples: { "app.items": { sku: ["ABC/12"] } },
  connections: ["src/**"],
};

export const baseline = {
  format: 1,
  accepted: [{ rule: "a", object: "file x", evidence: "e", reason: "r", until: "2027-02-21" }],
};

/** Two lines of a tenant's log, as PostgreSQL writes them. */
const LINES = [1, 2].map((n) => {
  const id = `018f0000-0000-7000-8000-00000000000${n}`;
  const values = `"occurredAt" : "${NOW}", "actor" : "a", "operation" : "create", "subject" : "users", "rowId" : null`;
  const text = `{"accountId" : "${ACCOUNT}", "id" : "${id}", "transactionId" : ${n}, ${values}`;
  return { id, leaf: leafHash(`${text}}`), line: `${text}, "contentHash" : "${leafHash(`${text}}`).toString("hex")}"}` };
});

export const checkpointPayload = {
  ...{
    version: 1,
    kind: "audit-checkpoint",
    log: ACCOUNT,
    sequence: 1,
    rows: 2,
    total: 2,
    firstId: LINES[0]?.id,
    lastId: LINES[1]?.id,
  },
  ...{ transactionsBelow: 9, transactionsBegun: 9, root: merkleRoot(Buffer.concat(LINES.map(({ leaf }) => leaf))) },
  ...{ sealedAt: NOW, previousHash: null },
};

export const retentionPayload = {
  ...{
    version: 1,
    kind: "audit-retention",
    log: ACCOUNT,
    sequence: 1,
    firstCheckpoint: 1,
    lastCheckpoint: 1,
    checkpointHash: HASH,
  },
  ...{ rows: 2, total: 2, sealedBefore: NOW, operator: "admin", retainedAt: NOW, previousHash: null },
  export: { sha256: HASH, after: null, cursor: "x", finishedAt: NOW },
};

export const checkpointLine = signed(JSON.stringify(checkpointPayload));
export const ROWS = LINES.map(({ line }) => `${line}\n`).join("");

export const proof = {
  ...{ kind: "audit-proof", version: 1, line: LINES[0]?.line, index: 0, path: [LINES[1]?.leaf.toString("hex")] },
  checkpoint: checkpointLine,
};

const rows = Buffer.from(`{"account_id":"${ACCOUNT}","id":"1"}\n`);
const part = gzipSync(rows);
const PART_PATH = "data/001-tenant.users/000001.ndjson.gz";
const column = (name: string) => ({ name, type: "uuid", nullable: false, generated: false, labels: null });
const table: ArchivedTable = {
  ...{ name: "tenant.users", accountColumn: "account_id", partitioned: false, key: ["account_id", "id"], rows: 1 },
  columns: [column("account_id"), column("id")],
  parts: [{ path: PART_PATH, bytes: part.length, sha256: sha256(part), textBytes: rows.length, rows: 1 }],
};

export const archiveManifest: Manifest = {
  ...{ format: 1, kind: "tenant", azora: "0.1.0", exportedAt: NOW, snapshot: "1:1:", keyId: KEY.id, rows: 1, tables: [table] },
  ...{ account: { id: ACCOUNT, slug: "acme", name: "Acme", contactEmail: "o@acme.test" }, schema: fingerprintOf([table]) },
};

/** An archive with this manifest, signed by somebody who is believed. */
export function archiveOf(manifest: string): Buffer {
  const file = (path: string, content: string | Buffer) => ({ path, content: Buffer.from(content) });
  const files = [file("README.txt", "read me"), file("manifest.json", manifest), file("manifest.sig", signText(manifest, KEY))];
  return tar([...files, file(PART_PATH, part)]);
}

const stored = Buffer.from(JSON.stringify(config));
export const backupManifest = {
  ...{
    format: 1,
    kind: "azora-backup",
    azora: "0.1.0",
    createdAt: NOW,
    engine: "server",
    mode: "vendor",
    operator: "azora_admin",
  },
  ...{ database: "azora", server: 18, program: "pg_dump (PostgreSQL) 18.4", migrations: ["20260101_a"], schemaFingerprint: HASH },
  ...{
    tables: [{ name: "tenant.users", rows: 1, fingerprint: "1" }],
    roles: ["r"],
    grants: [{ role: "r", privilege: "CONNECT" }],
  },
  ...{ secrets: true, contextKeys: true },
  files: [{ path: "config.json", bytes: stored.length, sha256: sha256(stored) }],
};

/** A backup with this manifest and this configuration in it. */
export function backupOf(manifest: string, kept: Buffer = stored): Buffer {
  // Its manifest comes last: the archive is a stream.
  return tar([
    { path: "config.json", content: kept },
    { path: "manifest.json", content: Buffer.from(manifest) },
  ]);
}

export { sha256 as sha256Of };
