import { Client } from "pg";
import { readCatalog } from "../../../src/isolation/catalog/read-catalog.js";
import { checkRules } from "../../../src/isolation/check-rules.js";
import { AZORA } from "../../../src/isolation/target.js";

/** What one check cost; printed as JSON. */
export interface Measured {
  readonly readMs: number;
  readonly rulesMs: number;
  /** Of this whole process, Node and the loader included. */
  readonly peakMb: number;
  readonly findings: number;
}

const client = new Client({ connectionString: process.env.AZORA_BENCH_URL });
await client.connect();
const start = performance.now();
const catalog = await readCatalog(client);
const read = performance.now();
const { findings } = checkRules({ catalog, target: AZORA });
const end = performance.now();
await client.end();
const measured: Measured = {
  readMs: read - start,
  rulesMs: end - read,
  peakMb: process.resourceUsage().maxRSS / 1024,
  findings: findings.length,
};
process.stdout.write(JSON.stringify(measured));
