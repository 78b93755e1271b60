import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import chalk from "chalk";
import fc from "fast-check";
import { checkLines } from "../../src/archive/lines.js";
import { openArchive } from "../../src/archive/open-archive.js";
import { readStripeEvent } from "../../src/billing/events/stripe-event.js";
import { chooseContext } from "../../src/choose-context.js";
import type { Output } from "../../src/cli/io.js";
import { planSummary, planTable } from "../../src/cli/views/apply.js";
import { comparisonTable } from "../../src/cli/views/isolation.js";
import { chainCheck } from "../../src/cli/views/receipt.js";
import { logsCheck } from "../../src/cli/views/seal.js";
import { loadConfig } from "../../src/config.js";
import { fingerprintOf, readPlanFile } from "../../src/control-plane/apply/plan-file.js";
import { readManifests } from "../../src/control-plane/manifest/read.js";
import { takeLock } from "../../src/database/embedded/lock.js";
import { openBackup } from "../../src/installation/backup/archive.js";
import { placeConfig } from "../../src/installation/backup/kept-config.js";
import { checkReceipts } from "../../src/installation/check-receipts.js";
import { checkReport } from "../../src/installation/check-report.js";
import { compareReportFiles } from "../../src/installation/compare-report-files.js";
import { listContexts, removeContext, useContext } from "../../src/installation/contexts.js";
import { describeConfig } from "../../src/installation/describe-config.js";
import { keysFor } from "../../src/installation/keys/keys-for.js";
import { openInstallation, requireInit, signingKeyOf, tenantConnectionOf } from "../../src/installation/open.js";
import { readText } from "../../src/installation/read-text.js";
import { verifyExport, verifyProof } from "../../src/installation/verify-export.js";
import { parseBaseline } from "../../src/isolation/baseline.js";
import { readTarget } from "../../src/isolation/read-target.js";
import { writeReport } from "../../src/isolation/report/signed-report.js";
import { publicKeyOf } from "../../src/signing.js";
import { report } from "../isolation/support/build.js";
import { damaged, wrong } from "./mangle.js";
import * as sample from "./samples.js";

/** A folder of a test's own. */
export interface Folder {
  write(name: string, content: string | Buffer): string;
}

/** A kind of file that azora reads. */
export interface Reader {
  /** One as it has to be, so that it can be seen to be read. */
  readonly whole: Buffer;
  /** What may be in its place. */
  readonly files: fc.Arbitrary<Buffer>;
  /** Everything that azora does with one before the database hears of it. */
  read(content: Buffer, folder: Folder): unknown;
  /** How many cases cost as much as a hundred of the others. */
  readonly share?: number;
}

const text = (json: unknown) => JSON.stringify(json, null, 2);

/** A document in JSON: wrong values, or damage. */
function json(document: unknown, read: Reader["read"], pack: (content: string) => Buffer = Buffer.from): Reader {
  const whole = pack(text(document));
  const files = fc.oneof({ arbitrary: wrong(text(document)).map(pack), weight: 3 }, { arbitrary: damaged(whole), weight: 1 });
  return { whole, files, read };
}

/** What somebody signs may say anything: the signature holds, and the text inside is wrong. */
function signedText(document: unknown, read: Reader["read"], pack: (payload: string) => string): Reader {
  return json(document, read, (payload) => Buffer.from(pack(payload)));
}

function bytes(whole: string | Buffer, read: Reader["read"]): Reader {
  return { whole: Buffer.from(whole), files: damaged(Buffer.from(whole)), read };
}

const OUT: Output = {
  ...{ isTty: true, isLive: false, width: 80, colour: chalk, stream: process.stderr },
  write: () => undefined,
};

const nothing = () => {
  throw new Error("The key was named: nobody asks for another.");
};
const keyFile = (folder: Folder) => folder.write("key.pem", publicKeyOf(sample.KEY));

async function readArchive(content: Buffer, folder: Folder): Promise<void> {
  const archive = await openArchive(folder.write("archive", content), [publicKeyOf(sample.KEY)]);
  try {
    const { tables, account } = archive.manifest;
    for (const { columns, accountColumn, parts } of tables) {
      for (const part of parts) {
        try {
          checkLines(await archive.read(part), { columns, accountColumn, accountId: account.id });
        } catch (error) {
          // Whoever brings a tenant in says which line it was.
          if (!(error instanceof RangeError)) throw error;
        }
      }
    }
  } finally {
    await archive.close();
  }
}

async function readBackup(content: Buffer, folder: Folder): Promise<void> {
  const home = folder.write("data/none", "");
  const dataDir = join(home, "..", "restored");
  rmSync(dataDir, { recursive: true, force: true });
  const backup = await openBackup(folder.write("backup", content));
  const config = loadConfig({ AZORA_DATA_DIR: dataDir });
  await placeConfig(config, backup, "postgresql://owner:hunter2@127.0.0.1:1/restored");
  loadConfig({ AZORA_DATA_DIR: dataDir });
}

async function readConfig(content: Buffer, folder: Folder): Promise<void> {
  const AZORA_DATA_DIR = join(folder.write("config.json", content), "..");
  const config = loadConfig({ AZORA_DATA_DIR });
  describeConfig(config);
  requireInit(config);
  signingKeyOf(config);
  const installation = openInstallation(config);
  for (const login of ["control", "tenant"] as const) installation.engine.describe(login);
  if (config.contextKey) tenantConnectionOf(config, installation.engine);
  await installation.close();
}

async function readReceipts(content: Buffer, folder: Folder): Promise<void> {
  const file = folder.write("receipts.json", content);
  chainCheck(OUT, await checkReceipts(nothing, { file, publicKeyFiles: [keyFile(folder)], chain: false }));
}

async function readExport(content: Buffer, folder: Folder): Promise<void> {
  logsCheck(OUT, await verifyExport(nothing, { file: folder.write("log", content), publicKeyFiles: [keyFile(folder)] }));
}

async function readCheckpoints(content: Buffer, folder: Folder): Promise<void> {
  const files = { file: folder.write("log", sample.ROWS), checkpointsFile: folder.write("checkpoints", content) };
  logsCheck(OUT, await verifyExport(nothing, { ...files, publicKeyFiles: [keyFile(folder)] }));
}

async function readProof(content: Buffer, folder: Folder): Promise<void> {
  logsCheck(OUT, await verifyProof(nothing, { file: folder.write("proof.json", content), publicKeyFiles: [keyFile(folder)] }));
}

async function readReport(content: Buffer, folder: Folder): Promise<void> {
  const file = folder.write("report.json", content);
  await checkReport(nothing, { file, publicKeyFiles: [keyFile(folder)] });
  const other = folder.write("other.json", writeReport(report(), sample.KEY));
  comparisonTable(OUT, await compareReportFiles(file, other));
  comparisonTable(OUT, await compareReportFiles(other, file));
}

function readPlan(content: Buffer, folder: Folder): void {
  const plan = readPlanFile(folder.write("plan", content));
  planTable(OUT, plan);
  planSummary(plan);
}

async function readContexts(content: Buffer, folder: Folder): Promise<void> {
  const root = join(folder.write("contexts.json", content), "..");
  listContexts(root);
  for (const flag of [undefined, "eu", "__proto__"]) {
    try {
      chooseContext({}, { root, flag, current: true });
    } catch (error) {
      if ((error as { code?: string }).code !== "NOT_FOUND") throw error;
    }
  }
  useContext({ name: "eu", dryRun: false }, root);
  removeContext({ name: "us", dryRun: true }, root);
}

const line = (payload: string) => `${JSON.stringify(sample.signed(payload))}\n`;
const pair = (first: string, second: string) => `${first}\n${second}\n`;

export const READERS: Readonly<Record<string, Reader>> = {
  "config.json": json(sample.config, readConfig),
  "contexts.json": json(sample.contexts, readContexts),
  "a manifest of tenants, JSON": json(sample.tenants, (content, folder) => readManifests(folder.write("tenants.json", content))),
  "a manifest of tenants, YAML": bytes(sample.TENANTS_YAML, (content, folder) =>
    readManifests(folder.write("tenants.yaml", content)),
  ),
  "a plan": json({ fingerprint: fingerprintOf(sample.plan), plan: sample.plan }, readPlan),
  "a plan whose fingerprint was made anew": json(sample.plan, readPlan, (content) => {
    // What is too deep has none.
    const fingerprint = orEmpty(() => fingerprintOf(JSON.parse(content)));
    return Buffer.from(`{"fingerprint":"${fingerprint}","plan":${content}}`);
  }),
  "an archive's manifest": json(sample.archiveManifest, readArchive, sample.archiveOf),
  "an archive": bytes(sample.archiveOf(text(sample.archiveManifest)), readArchive),
  "a backup's manifest": json(sample.backupManifest, readBackup, (content) => sample.backupOf(content)),
  "a backup's configuration": json(sample.config, readBackup, (content) => {
    const kept = Buffer.from(content);
    const files = [{ path: "config.json", bytes: kept.length, sha256: sample.sha256Of(kept) }];
    return sample.backupOf(text({ ...sample.backupManifest, files }), kept);
  }),
  "a backup": bytes(sample.backupOf(text(sample.backupManifest)), readBackup),
  "a chain of receipts": json(JSON.parse(sample.chainOf(text(sample.purge))), readReceipts),
  "a receipt's payload": signedText(sample.purge, readReceipts, sample.chainOf),
  "the head of a chain": signedText({ kind: "head", last: 2, hash: "x" }, readReceipts, (payload) => {
    const { payload: said, ...head } = sample.signed(payload);
    return text({ ...JSON.parse(sample.chainOf(text(sample.purge))), head: { payload: said, ...head } });
  }),
  "a target": json(sample.target, (content, folder) => readTarget(folder.write("target.json", content))),
  "a baseline": json(sample.baseline, async (content, folder) => {
    const file = folder.write("baseline.json", content);
    parseBaseline(await readText(file, "baseline"), file);
  }),
  "a report": { ...json(JSON.parse(writeReport(report(), sample.KEY)), readReport), share: 0.3 },
  "an export with its checkpoints": bytes(
    `${pair(compact(sample.checkpointLine), compact(sample.signed(compact(sample.retentionPayload))))}${sample.ROWS}`,
    readExport,
  ),
  "an export's checkpoint": json(sample.checkpointLine, readExport, (content) =>
    Buffer.from(`${oneLine(content)}\n${sample.ROWS}`),
  ),
  "an export's checkpoint, signed": signedText(
    sample.checkpointPayload,
    readExport,
    (payload) => `${line(payload)}${sample.ROWS}`,
  ),
  "an export's retention": json(sample.signed(compact(sample.retentionPayload)), readExport, (content) =>
    Buffer.from(`${compact(sample.checkpointLine)}\n${oneLine(content)}\n${sample.ROWS}`),
  ),
  "an export's retention, signed": signedText(
    sample.retentionPayload,
    readExport,
    (payload) => `${compact(sample.checkpointLine)}\n${line(payload)}${sample.ROWS}`,
  ),
  "checkpoints that were kept": json(sample.checkpointLine, readCheckpoints, (content) => Buffer.from(`${oneLine(content)}\n`)),
  "checkpoints that were kept, signed": signedText(sample.checkpointPayload, readCheckpoints, line),
  "a proof": json(sample.proof, readProof),
  "a public key": bytes(publicKeyOf(sample.KEY), (content, folder) => keysFor(nothing, [folder.write("key.pem", content)])),
  "a signing key": bytes(`fuzz:${sample.PRIVATE_KEY}`, (content, folder) => {
    const AZORA_SIGNING_KEY_FILE = folder.write("signing.pem", content);
    signingKeyOf(loadConfig({ AZORA_DATA_DIR: "/nowhere", AZORA_SIGNING_KEY_FILE }));
  }),
  "a context key": bytes(`ctx:${sample.config.contextKey.secret}`, (content, folder) => {
    const AZORA_CONTEXT_KEY_FILE = folder.write("context", content);
    describeConfig(loadConfig({ AZORA_DATA_DIR: "/nowhere", AZORA_CONTEXT_KEY_FILE }));
  }),
  "a connection string": bytes(sample.config.controlUrl, (content, folder) => {
    const AZORA_CONTROL_URL_FILE = folder.write("url", content);
    describeConfig(loadConfig({ AZORA_DATA_DIR: "/nowhere", AZORA_CONTROL_URL_FILE }));
  }),
  "an embedded directory's lock": json(
    { pid: 4_194_304, host: hostname(), startedAt: "x", processStart: "1", command: "azora" },
    (content, folder) => takeLock(folder.write("lock", content))(),
  ),
  "a webhook's event": json({ id: "evt_1", type: "invoice.paid", livemode: false, created: 1, data: { object: {} } }, (content) =>
    readStripeEvent(content.toString("utf8")),
  ),
};

function compact(document: unknown): string {
  return JSON.stringify(document);
}

function oneLine(content: string): string {
  // A log's head is told from its rows by how it begins.
  return content.replaceAll("\n", " ").replace(/^\{\s*"payload": /, '{"payload":');
}

function orEmpty(make: () => string): string {
  try {
    return make();
  } catch {
    return "";
  }
}

/** The folder that a test's files are written to. */
export function folderAt(directory: string): Folder {
  return {
    write(name, content) {
      const file = join(directory, name);
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
  };
}
