import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareShapes } from "../../src/archive/compare-shapes.js";
import { checkLines, toArray } from "../../src/archive/lines.js";
import { fingerprintOf, type TableShape } from "../../src/archive/manifest.js";
import { LONGEST_LINE } from "../../src/archive/parse-manifest.js";
import { packPart, unpackPart } from "../../src/archive/part.js";
import { listTar, type PackedFile, tar } from "../../src/archive/tar.js";
import { makeSigningKey, parseSigningKey } from "../../src/signing.js";
import { archiveChunks } from "../../src/tenant-plane/export/archive-chunks.js";

const list = (bytes: Buffer) => listTar(async (offset, length) => bytes.subarray(offset, offset + length), bytes.length);

describe("a tar file", () => {
  const files = fc.uniqueArray(
    fc.record({
      path: fc.stringMatching(/^[a-z]{1,8}(\/[a-z0-9._-]{1,20}){0,3}$/),
      content: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
    }),
    { selector: ({ path }) => path, maxLength: 8 },
  );

  it("gives back what went into it", async () => {
    await fc.assert(
      fc.asyncProperty(files, async (packed: PackedFile[]) => {
        const bytes = tar(packed);
        const places = await list(bytes);
        expect([...places.keys()].sort()).toEqual(packed.map(({ path }) => path).sort());
        for (const { path, content } of packed) {
          const { offset, size } = places.get(path) ?? { offset: 0, size: -1 };
          expect(bytes.subarray(offset, offset + size).equals(content)).toBe(true);
        }
      }),
    );
  });

  it("is one to tar as well, and tar's own with links, folders or owners is none to us", async () => {
    const folder = mkdtempSync(join(tmpdir(), "azora-tar-"));
    const at = (name: string) => join(folder, name);
    writeFileSync(
      at("ours.tar"),
      tar([
        { path: "one.txt", content: Buffer.from("1") },
        { path: "two/three.txt", content: Buffer.alloc(1000, "3") },
      ]),
    );
    execFileSync("tar", ["xf", at("ours.tar"), "-C", folder]);
    expect(readFileSync(at("two/three.txt"), "utf8")).toBe("3".repeat(1000));
    expect(readdirSync(folder).sort()).toEqual(["one.txt", "ours.tar", "two"]);
    execFileSync("ln", ["-s", "/etc/passwd", at("link")]);
    for (const name of ["link", "two", "one.txt"]) {
      execFileSync("tar", ["cf", at("theirs.tar"), "-C", folder, name]);
      await expect(list(readFileSync(at("theirs.tar"))), name).rejects.toThrow("no archive of azora has");
    }
    rmSync(folder, { recursive: true });
  });

  it("that is cut short, or has a name twice, is refused", async () => {
    const bytes = tar([{ path: "one", content: Buffer.alloc(600) }]);
    await expect(list(bytes.subarray(0, 700))).rejects.toThrow("cut short in one");
    await expect(list(bytes.subarray(0, 1536))).rejects.toThrow("cut short at byte 1536");
    await expect(
      list(
        tar([
          { path: "one", content: Buffer.alloc(1) },
          { path: "one", content: Buffer.alloc(1) },
        ]),
      ),
    ).rejects.toThrow("one twice");
  });
});

describe("lines", () => {
  const column = (name: string) => ({ name, type: "text", nullable: true, generated: false, labels: null });
  const rules = { columns: [column("account"), column("x")], accountColumn: "account", accountId: "A" };
  const check = (text: string) => checkLines(Buffer.from(text), rules);

  it("are counted, and become one array", () => {
    const text = '{"account":"A","x":null}\n{"x":"a\\n,b","account":"A"}\n';
    expect(check(text)).toBe(2);
    expect(JSON.parse(toArray(Buffer.from(text)).toString())).toEqual([
      { account: "A", x: null },
      { account: "A", x: "a\n,b" },
    ]);
    expect(check("")).toBe(0);
  });

  it.each([
    ['{"account":"A","x":"1"}', "cut short"],
    ['{"account":"B","x":"1"}\n', "another account"],
    ['{"account":"A","account":"B","x":"1"}\n', "another account"],
    ['{"account":"A"}\n', "lacks a column"],
    ['{"account":"A","x":"1","__proto__":"y"}\n', '"__proto__"'],
    ['{"account":"A","x":{}}\n', 'no text in "x"'],
    ['{"account":"A","x":"1"},{"account":"A","x":"1"}\n', "no JSON object"],
    ["[]\n", "no JSON object"],
    ["null\n", "no JSON object"],
    ["\n", "no JSON object"],
  ])("%s are refused", (text, why) => {
    expect(() => check(text)).toThrow(why);
  });
});

it("a row that is too long for an archive ends it, and says which table has it", async () => {
  const table: TableShape = { name: "t.a", accountColumn: "a", partitioned: false, key: ["a"], columns: [] };
  const account = { id: "x", slug: "x", name: "x", contactEmail: "x" };
  async function* lines() {
    yield { text: Buffer.alloc(LONGEST_LINE + 1), count: 1 };
  }
  const key = parseSigningKey("k", makeSigningKey());
  const chunks = archiveChunks(
    { account, tables: [table], snapshot: "1:1:", lines },
    { key, onRows: () => undefined, onEnd: () => undefined },
  );
  const all = async () => {
    for await (const _ of chunks);
  };
  await expect(all()).rejects.toMatchObject({ code: "FAILURE", message: expect.stringContaining("t.a is longer than 128 MiB") });
});

it("a part becomes what it was, and nothing else", async () => {
  const text = Buffer.from("line\n".repeat(1000));
  const { part, file } = await packPart("p", text, 1000);
  expect(await unpackPart(file.content, part)).toEqual(text);
  await expect(unpackPart(Buffer.concat([file.content, Buffer.from("x")]), part)).rejects.toThrow("not what was signed");
  for (const textBytes of [0, text.length - 1, text.length + 1]) {
    await expect(unpackPart(file.content, { ...part, textBytes })).rejects.toThrow("can't be unpacked");
  }
});

describe("two installations", () => {
  const column = { name: "x", type: "text", nullable: true, generated: false, labels: null };
  const table: TableShape = {
    name: "t.a",
    accountColumn: "account_id",
    partitioned: false,
    key: ["account_id", "id"],
    columns: [column, { ...column, name: "y" }],
  };

  it("are alike whatever order their columns stand in, and whether a table is partitioned", () => {
    const other = { ...table, partitioned: true, columns: [...table.columns].reverse() };
    expect(compareShapes([table], [other])).toEqual([]);
    expect(fingerprintOf([table])).toBe(fingerprintOf([other]));
  });

  it.each([
    [{ type: "jsonb" }, "t.a.x is jsonb in the archive and text here"],
    [{ nullable: false }, "t.a.x is text NOT NULL in the archive and text here"],
    [{ generated: true }, "t.a.x is text GENERATED in the archive and text here"],
    [{ labels: ["a", "b"] }, "t.a.x is text (a, b) in the archive and text here"],
  ])("differ in %o", (change, said) => {
    const other = {
      ...table,
      columns: [
        { ...column, ...change },
        { ...column, name: "y" },
      ],
    };
    expect(compareShapes([other], [table])).toEqual([said]);
    expect(fingerprintOf([other])).not.toBe(fingerprintOf([table]));
  });

  it("differ in tables, keys, accounts' columns and columns, each said", () => {
    expect(compareShapes([table], [])).toEqual(["t.a is in the archive, and no tenant table here"]);
    expect(compareShapes([], [table])).toEqual(["t.a is a tenant table here, and not in the archive"]);
    expect(compareShapes([{ ...table, key: ["id"] }], [table])).toEqual(["the key of t.a is another here"]);
    expect(compareShapes([{ ...table, accountColumn: "o" }], [table])).toEqual([
      "the account of t.a is in o in the archive and in account_id here",
    ]);
    expect(compareShapes([{ ...table, columns: [column] }], [table])).toEqual(["t.a.y is here only"]);
  });
});
