import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tar } from "../../src/archive/tar.js";
import { reviewFiles } from "../../src/installation/review-files.js";
import { withoutSecrets } from "../../src/isolation/report/report.js";
import { readReport, whyNotSigned, writeReport } from "../../src/isolation/report/signed-report.js";
import { packReview } from "../../src/isolation/review/pack.js";
import { makeSigningKey, parseSigningKey, publicKeyOf } from "../../src/signing.js";
import { catalog, report, role } from "./support/build.js";

const KEY = parseSigningKey("test", makeSigningKey());
const OTHER = parseSigningKey("test", makeSigningKey());

describe("a signed report", () => {
  const text = writeReport(report(), KEY);
  const why = (altered: string, key = KEY) => whyNotSigned(altered, readReport(altered, "r.json"), [publicKeyOf(key)]);

  it("holds against the key that signed it, and comes back as it was", () => {
    expect(why(text)).toBeNull();
    expect(readReport(text, "r.json").report).toEqual(report());
  });

  it.each([
    ["one figure changed", text.replace('"carrying": 1204', '"carrying": 1205')],
    ["one verdict changed", text.replace('"verdict": "clean"', '"verdict": "undecided"')],
    ["a name twice, read by some as the first", text.replace('"format": 1,', '"format": 1,\n    "format": 1,')],
    ["written otherwise", JSON.stringify(JSON.parse(text))],
    ["no signature", writeReport(report(), undefined)],
    ["another's signature", writeReport(report(), OTHER)],
  ])("does not hold with %s", (_, altered) => {
    expect(altered).not.toBe(text);
    expect(why(altered)).toEqual(expect.any(String));
  });

  it("is nobody's by the key that it brings along", () => {
    expect(why(writeReport(report(), OTHER))).toMatch(/not that of this key/);
    expect(why(writeReport(report(), OTHER), OTHER)).toBeNull();
  });

  it.each([
    "",
    "[]",
    "null",
    '{"report":{"format":2},"signature":null}',
    '{"report":{"format":1}}',
  ])("refuses %j as a report", (altered) => {
    expect(() => readReport(altered, "r.json")).toThrowError(expect.objectContaining({ code: "INVALID_INPUT" }));
  });

  it("leaves out what settings that somebody made up may hold", () => {
    const kept = withoutSecrets(catalog({ roles: [role("r", { settings: ["app.key=hunter2", "work_mem=4MB"] })] }));
    expect(kept.roles[0]?.settings).toEqual(["app.key=(hidden)", "work_mem=4MB"]);
  });
});

describe("a review pack", () => {
  const home = mkdtempSync(join(tmpdir(), "azora-pack-"));
  const keyFile = join(home, "published.pem");
  const run = (directory: string, key = keyFile) =>
    spawnSync(process.execPath, [join(directory, "verify.mjs"), key], { encoding: "utf8" });
  let archive: Buffer;

  /** Unpacked by the system's own tar, which knows nothing of how it was written. */
  function unpacked(name: string): string {
    const directory = join(home, name);
    spawnSync("mkdir", ["-p", directory]);
    const { status, stderr } = spawnSync("tar", ["-xzf", "-", "-C", directory], { input: archive, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return directory;
  }

  beforeAll(async () => {
    writeFileSync(keyFile, publicKeyOf(KEY));
    archive = packReview({ report: report(), key: KEY, sources: await reviewFiles() }).archive;
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it("holds what a reviewer asks for, and its own verifier says that it is whole", () => {
    const directory = unpacked("whole");
    const { status, stdout, stderr } = run(directory);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("ok: everything is as it was signed");
    const { files } = JSON.parse(readFileSync(join(directory, "MANIFEST.json"), "utf8")) as { files: { path: string }[] };
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        ...[
          "report.html",
          "report.json",
          "public-key.pem",
          "database/functions.sql",
          "database/grants.tsv",
          "schema/tenant.prisma",
        ],
        ...["migrations/20261122000300_guard/migration.sql", expect.stringMatching(/^helper\/tenant-plane\/tenant-db\.(js|ts)$/)],
      ]),
    );
  });

  it.each<[string, (directory: string) => void]>([
    ["an altered file", (directory) => writeFileSync(join(directory, "report.html"), "<p>all is well</p>")],
    ["a missing file", (directory) => rmSync(join(directory, "database/grants.tsv"))],
    ["a file more", (directory) => writeFileSync(join(directory, "schema/extra.prisma"), "")],
    [
      "an altered manifest",
      (directory) =>
        writeFileSync(
          join(directory, "MANIFEST.json"),
          readFileSync(join(directory, "MANIFEST.json"), "utf8").replace('"format": 1', '"format": 1 '),
        ),
    ],
    ["a signature that is none", (directory) => writeFileSync(join(directory, "MANIFEST.sig"), "none")],
  ])("does not hold with %s", (name, alter) => {
    const directory = unpacked(name.replaceAll(" ", "-"));
    alter(directory);
    expect(run(directory)).toMatchObject({ status: 9, stderr: expect.stringContaining("PROBLEM") });
  });

  it("does not hold against another key, whatever its kind", () => {
    const directory = unpacked("other-key");
    const other = join(home, "other.pem");
    writeFileSync(other, publicKeyOf(OTHER));
    expect(run(directory, other)).toMatchObject({ status: 9 });
    writeFileSync(other, generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "pem" }));
    expect(run(directory, other)).toMatchObject({ status: 9 });
  });

  it("is the same bytes for the same files, in whatever order they are given", () => {
    const files = ["b", "a"].map((path) => ({ path, content: Buffer.from(path.repeat(600)) }));
    expect(tar(files).equals(tar([...files].reverse()))).toBe(true);
    expect(() => tar([{ path: "x".repeat(101), content: Buffer.alloc(0) }])).toThrow(RangeError);
  });
});
