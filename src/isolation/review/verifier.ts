/**
 * The program in a review pack that checks it: one file for node alone, short enough to be read before it is run. It
 * trusts nothing in the pack but the key that its user names.
 */
export const VERIFIER = `// Checks this review pack: every file's SHA-256, and who signed. Needs Node 20 or later and nothing else.
//   node verify.mjs PUBLIC_KEY.pem
// The key is the one that the vendor published, not the one in this pack: anybody can put a key into a pack.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const pack = dirname(fileURLToPath(import.meta.url));
const keyFile = process.argv[2];
if (keyFile === undefined) {
  console.error("usage: node verify.mjs PUBLIC_KEY.pem");
  process.exit(2);
}
const key = createPublicKey(readFileSync(keyFile));
const problems = [];
const signedBy = (text, signature) => {
  try {
    return key.asymmetricKeyType === "ed25519" && verify(null, Buffer.from(text), key, Buffer.from(signature, "base64"));
  } catch {
    return false;
  }
};

const manifestText = readFileSync(join(pack, "MANIFEST.json"), "utf8");
if (!signedBy(manifestText, readFileSync(join(pack, "MANIFEST.sig"), "utf8"))) problems.push("MANIFEST.json is not signed by this key");

const listed = new Map(JSON.parse(manifestText).files.map((file) => [file.path, file]));
const unlisted = new Set(["MANIFEST.json", "MANIFEST.sig"]);
const found = readdirSync(pack, { recursive: true, withFileTypes: true })
  .filter((entry) => !entry.isDirectory())
  .map((entry) => relative(pack, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join("/"));
for (const path of found) if (!listed.has(path) && !unlisted.has(path)) problems.push(path + " is not in the manifest");
for (const [path, { sha256, bytes }] of listed) {
  if (!found.includes(path)) {
    problems.push(path + " is missing");
    continue;
  }
  const content = readFileSync(join(pack, path));
  const hash = createHash("sha256").update(content).digest("hex");
  if (hash !== sha256 || content.length !== bytes) problems.push(path + " was altered");
}

const reportText = readFileSync(join(pack, "report.json"), "utf8");
const { report, signature } = JSON.parse(reportText);
const asWritten = JSON.stringify({ report, signature }, null, 2) + "\\n" === reportText;
if (!asWritten || signature === null || !signedBy(JSON.stringify(report), signature.value)) {
  problems.push("report.json is not signed by this key");
}

const fingerprint = createHash("sha256").update(key.export({ type: "spki", format: "der" })).digest("hex");
console.log("key, SHA-256:  " + fingerprint);
console.log("files:         " + listed.size);
console.log("verdict:       " + report.verification.verdict);
for (const problem of problems) console.error("PROBLEM: " + problem);
console.log(problems.length === 0 ? "ok: everything is as it was signed" : "NOT ok: " + problems.length + " problem(s)");
process.exit(problems.length === 0 ? 0 : 9);
`;
