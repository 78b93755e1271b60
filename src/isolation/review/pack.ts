import { gzipSync } from "node:zlib";
import { type PackedFile, tar } from "../../archive/tar.js";
import { publicKeyOf, type SigningKey, signText } from "../../signing.js";
import { sha256 } from "../fingerprint.js";
import { reportPage } from "../report/page.js";
import type { Report } from "../report/report.js";
import { writeReport } from "../report/signed-report.js";
import { databaseSql, grantsTable } from "./database-files.js";
import { VERIFIER } from "./verifier.js";

export interface PackInput {
  readonly report: Report;
  readonly key: SigningKey;
  /** Schema files, migrations and the helper's source, as the installed azora has them. */
  readonly sources: readonly PackedFile[];
}

export interface Pack {
  readonly archive: Buffer;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

/** Everything a reviewer needs in one archive (tar, gzip), with a signed list of what is in it. */
export function packReview({ report, key, sources }: PackInput): Pack {
  const text = (path: string, content: string): PackedFile => ({ path, content: Buffer.from(content, "utf8") });
  const files: readonly PackedFile[] = [
    text("README.txt", readme(report)),
    text("report.html", reportPage(report)),
    text("report.json", writeReport(report, key)),
    text("database/functions.sql", databaseSql(report)),
    text("database/grants.tsv", grantsTable(report)),
    text("public-key.pem", publicKeyOf(key)),
    text("verify.mjs", VERIFIER),
    ...sources,
  ];
  const listed = files
    .map(({ path, content }) => ({ path, bytes: content.length, sha256: sha256(content) }))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
  const manifest = `${JSON.stringify({ format: 1, keyId: key.id, files: listed }, null, 2)}\n`;
  const signed = [text("MANIFEST.json", manifest), text("MANIFEST.sig", `${signText(manifest, key)}\n`)];
  return { archive: gzipSync(tar([...files, ...signed]), { level: 9 }), files: listed };
}

function readme({ verification, catalog }: Report): string {
  return `Review pack of the database ${catalog.server.database}
Made by azora ${verification.azora} at ${verification.checkedAt}. Verdict: ${verification.verdict}.

report.html             read this first; any browser, no network
report.json             the same as data, signed (Ed25519)
database/functions.sql  functions and policies as the database has them now
database/grants.tsv     every right on every table and column
schema/, migrations/    the Prisma schema files and the SQL that made the database
helper/                 tenantDb(), the client that applications use, as it runs
MANIFEST.json, .sig     SHA-256 of every file, signed
verify.mjs              checks all of it: node verify.mjs PUBLIC_KEY.pem

Take the public key from where the vendor publishes it, not from this pack.
To run the checks yourself: azora isolation:verify --self-test
`;
}
