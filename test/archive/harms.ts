import { gzipSync } from "node:zlib";
import { fingerprintOf, type Manifest, type Part, sha256 } from "../../src/archive/manifest.js";
import { type Content, respell } from "./support.js";

/** What the archive is changed to, and what is said of it. */
export interface Harm {
  readonly what: string;
  readonly spoil: (content: Content) => void;
  readonly code?: string;
  readonly message: string;
}

const USERS = "tenant.users";
type Loose<T> = { -readonly [K in keyof T]: T[K] };
const loose = (manifest: Manifest) => manifest as Loose<Manifest>;
const partOf = ({ manifest }: Content, table: string) =>
  manifest.tables.find(({ name }) => name === table)?.parts[0] as Loose<Part>;
const everyLine = (change: (row: Record<string, unknown>) => object) => (text: string) =>
  text.replace(/.+/g, (line) => JSON.stringify(change(JSON.parse(line))));

export const HARMS: readonly Harm[] = [
  {
    what: "rows of another account",
    spoil: (it) =>
      respell(
        it,
        USERS,
        everyLine((row) => ({ ...row, account_id: "00000000-0000-0000-0000-000000000001" })),
      ),
    message: "line 1 is a row of another account",
  },
  {
    what: "a row twice",
    spoil: (it) => respell(it, USERS, (text) => `${text}${text.split("\n")[0]}\n`, 3),
    message: "duplicate key",
  },
  {
    what: "two rows in a line",
    spoil: (it) => respell(it, USERS, (text) => text.replace("\n", ",")),
    message: "is no JSON object",
  },
  {
    what: "a row less",
    spoil: (it) => respell(it, USERS, (text) => text.slice(text.indexOf("\n") + 1)),
    message: "1 lines for 2 rows",
  },
  { what: "a row more", spoil: (it) => respell(it, USERS, (text) => text + text), message: "4 lines for 2 rows" },
  {
    what: "a column more",
    spoil: (it) =>
      respell(
        it,
        USERS,
        everyLine((row) => ({ ...row, admin: "t" })),
      ),
    message: 'has "admin", which the table hasn\'t',
  },
  {
    what: "a column less",
    spoil: (it) =>
      respell(
        it,
        USERS,
        everyLine(({ name: _, ...row }) => row),
      ),
    message: "lacks a column",
  },
  {
    what: "a number for a text",
    spoil: (it) =>
      respell(
        it,
        USERS,
        everyLine((row) => ({ ...row, name: 1 })),
      ),
    message: 'has no text in "name"',
  },
  {
    what: "a value that is none",
    spoil: (it) =>
      respell(
        it,
        USERS,
        everyLine((row) => ({ ...row, created_at: "soon" })),
      ),
    message: "invalid input syntax",
  },
  {
    what: "a value that a check refuses",
    spoil: (it) =>
      respell(
        it,
        USERS,
        everyLine((row) => ({ ...row, email: "none" })),
      ),
    message: "users_email_check",
  },
  {
    what: "NULL where none may be",
    spoil: (it) =>
      respell(
        it,
        USERS,
        everyLine((row) => ({ ...row, email: null })),
      ),
    message: "not-null constraint",
  },
  {
    what: "a half character",
    spoil: (it) => respell(it, USERS, (text) => text.replace(/"name":"/, '"name":"\\ud800')),
    message: "invalid input syntax for type json",
  },
  {
    what: "a NUL",
    spoil: (it) => respell(it, USERS, (text) => text.replace(/"name":"/, '"name":"\\u0000')),
    message: "unsupported Unicode escape sequence",
  },
  {
    what: "a row that refers to nothing",
    spoil: (it) =>
      respell(
        it,
        "tenant.corrective_actions",
        everyLine((row) => ({ ...row, nonconformance_id: "00000000-0000-0000-0000-000000000001" })),
      ),
    message: "refer to rows that the archive doesn't have",
  },
  {
    what: "a circle that is broken",
    spoil: (it) =>
      respell(
        it,
        "lab.eggs",
        everyLine((row) => ({ ...row, id: `1${row.id}` })),
      ),
    message: "refer to rows that the archive doesn't have",
  },
  {
    what: "a reference to what nobody has",
    spoil: (it) =>
      respell(
        it,
        "lab.sites",
        everyLine((row) => ({ ...row, country: "xx" })),
      ),
    message: "refer to rows that the archive doesn't have",
  },
  { what: "no line's end", spoil: (it) => respell(it, USERS, (text) => text.trimEnd()), message: "cut short" },
  {
    what: "a table that is no tenant table",
    code: "CONFLICT",
    spoil: (it) => void renameTable(it, USERS, "control.operators"),
    message: "control.operators is in the archive, and no tenant table here",
  },
  {
    what: "SQL for a table's name",
    code: "CONFLICT",
    spoil: (it) => void renameTable(it, USERS, "tenant.users; DROP TABLE tenant.users"),
    message: "no tenant table here",
  },
  {
    what: "a table twice",
    spoil: ({ manifest }) => void Object.assign(manifest, { tables: [...manifest.tables, ...manifest.tables.slice(0, 1)] }),
    message: "a table twice",
  },
  {
    what: "a table less",
    code: "CONFLICT",
    spoil: (it) => withoutTable(it, "lab.sites"),
    message: "lab.sites is a tenant table here",
  },
  {
    what: "a type that is another",
    code: "CONFLICT",
    spoil: (it) => reshape(it, USERS, (text) => text.replace('"type":"text"', '"type":"jsonb"')),
    message: "in the archive and text",
  },
  { what: "a path out of it", spoil: (it) => movePart(it, "../../etc/cron.d/x"), message: "not one of a tenant's archive" },
  {
    what: "a file that nobody lists",
    spoil: ({ files }) => void files.set("data/x/000001.ndjson.gz", Buffer.from("x")),
    message: "doesn't list it",
  },
  { what: "a file less", spoil: (it) => void it.files.delete(partOf(it, USERS).path), message: "is missing" },
  {
    what: "one file for two parts",
    spoil: (it) => void Object.assign(partOf(it, USERS), { path: partOf(it, "tenant.roles").path }),
    message: "can't be taken",
  },
  {
    what: "rows that don't add up",
    spoil: ({ manifest }) => void Object.assign(manifest, { rows: manifest.rows + 1 }),
    message: "rows don't add up",
  },
  {
    what: "a count below nothing",
    spoil: ({ manifest }) => void Object.assign(manifest, { rows: -1 }),
    message: "not one of a tenant's archive",
  },
  {
    what: "an account that none can be",
    spoil: ({ manifest }) => void Object.assign(manifest.account, { slug: "../x" }),
    message: "../x",
  },
  {
    what: "another format",
    spoil: ({ manifest }) => void Object.assign(manifest, { format: 2 }),
    message: "a format that this azora doesn't know",
  },
  { what: "a bomb", spoil: (it) => bomb(it, 1000), message: "can't be unpacked" },
  { what: "a line of a gigabyte", spoil: (it) => bomb(it, 1024 ** 3), message: "not one of a tenant's archive" },
];

function renameTable({ manifest }: Content, from: string, to: string): void {
  reshapeAll(manifest, (text) => text.replaceAll(JSON.stringify(from), JSON.stringify(to)));
}

function reshape({ manifest }: Content, table: string, change: (text: string) => string): void {
  const tables = manifest.tables.map((each) => (each.name === table ? JSON.parse(change(JSON.stringify(each))) : each));
  reshapeAll(manifest, () => JSON.stringify(tables));
}

/** The schema's fingerprint is made anew: whoever signs can do that too. */
function reshapeAll(manifest: Manifest, change: (text: string) => string): void {
  loose(manifest).tables = JSON.parse(change(JSON.stringify(manifest.tables)));
  loose(manifest).schema = fingerprint(manifest);
}

function withoutTable(content: Content, table: string): void {
  const gone = content.manifest.tables.find(({ name }) => name === table);
  for (const { path } of gone?.parts ?? []) content.files.delete(path);
  loose(content.manifest).tables = content.manifest.tables.filter(({ name }) => name !== table);
  loose(content.manifest).rows -= gone?.rows ?? 0;
  loose(content.manifest).schema = fingerprint(content.manifest);
}

function movePart(content: Content, path: string): void {
  const part = partOf(content, USERS);
  content.files.set(path, content.files.get(part.path) ?? Buffer.alloc(0));
  content.files.delete(part.path);
  part.path = path;
}

/** Some megabytes that become many more. */
function bomb(content: Content, bytes: number): void {
  const part = partOf(content, USERS);
  const packed = gzipSync(Buffer.alloc(32 * 1024 * 1024, "a"));
  content.files.set(part.path, packed);
  Object.assign(part, { bytes: packed.length, sha256: sha256(packed), textBytes: bytes });
}

const fingerprint = ({ tables }: Manifest) => fingerprintOf(tables);
