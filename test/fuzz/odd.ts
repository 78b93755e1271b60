import fc from "fast-check";

/** JSON that is a value and hardly ever the one that is wanted, as text: some of it no value can say. */
export const ODD_VALUES: readonly string[] = [
  ...["null", "true", "false", "0", "-0", "-1", "1", "1.5", "2", "1e400", "-1e999999", "9007199254740993", "1e15"],
  ...['""', '" "', '"0"', '"\\u0000"', '"\\ud800"', '"__proto__"', '"constructor"', '"\\u001b[2J"', '"\\n"', '"../../x"', '"😀"'],
  ...['"2026-13-45"', '"-----BEGIN PRIVATE KEY-----"', '"postgresql://u:hunter2@"', '"https://x"', `"${"long ".repeat(20_000)}"`],
  ...["[]", "{}", "[null]", "[[]]", "[{}]", '{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}'],
  ...['{"length":-1}', '{"toString":1,"valueOf":2,"toJSON":3}', '{"then":1}', `[${"0,".repeat(5_000)}0]`],
  ...[nested("[", "]", 20_000), nested('{"a":', "}", 20_000)],
];

/** Names that mean something to JavaScript, or to nobody. */
export const ODD_NAMES: readonly string[] = [
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "toJSON", "then", "length"],
  ...["", " ", "0", "-1", "\u0000", "\u001b[2J", "name\n", "\ud800", "😀", "a".repeat(10_000), "*", "a.b", "'; --"],
];

/** Bytes that somebody puts where they don't belong. */
export const ODD_BYTES: readonly Buffer[] = [
  ...[[0xff, 0xfe], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf], [0x00], [0x80], [0x1b, 0x5b, 0x32, 0x4a]],
].map((bytes) => Buffer.from(bytes));

const ODD_TEXTS: readonly string[] = [
  "\r\n",
  "\u2028",
  "]]]]",
  "}}}}",
  '"',
  "\\",
  ": ",
  "- ",
  "&a [*a]",
  "&a *a",
  "!!binary x",
  "<<: {}",
];

export const oddValue: fc.Arbitrary<string> = fc.constantFrom(...ODD_VALUES);
export const oddName: fc.Arbitrary<string> = fc.constantFrom(...ODD_NAMES);
export const oddBytes: fc.Arbitrary<Buffer> = fc.constantFrom(
  ...ODD_BYTES,
  ...[...ODD_TEXTS, ...ODD_VALUES].map((text) => Buffer.from(text)),
);

function nested(open: string, close: string, depth: number): string {
  return `${open.repeat(depth)}0${close.repeat(depth)}`;
}
