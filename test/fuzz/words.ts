import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";

/** As much of a command as its part of oclif's manifest says. */
export interface CommandShape {
  readonly args?: Readonly<Record<string, { readonly options?: readonly string[] }>>;
  readonly flags?: Readonly<
    Record<string, { readonly type: "boolean" | "option"; readonly options?: readonly string[]; readonly allowNo?: boolean }>
  >;
}

/** Words that something in a tenant or an installation is called by, so that some cases come further than the first check. */
const KNOWN = ["alpha", "beta", "free", "team", "owner", "owner@alpha.test", "x", "30d", "1", "reason", "documents:read", "a=b"];

// No NUL and no half of a pair: no operating system hands them to a process.
const ODD = [
  ...["", " ", "\t", "\n", "-", "--", "-1", "0", "1.5", "1e9", "99999999999999999999", "NaN", "Infinity", "0x10", "٣", "１"],
  ...["__proto__", "constructor", "toString", "__proto__=1", "=", "a==b", "'; DROP TABLE x; --", "%s%n", "$x", "$(id)", "`id`"],
  ...[
    "\u001b[2J",
    "\u0007",
    "\u202ereversed",
    "😀",
    "é",
    "e\u0301",
    "\ufffd",
    "\ufeff",
    "a\u0001b",
    "ß".repeat(300),
    "long".repeat(25_000),
  ],
  ...["00000000-0000-0000-0000-000000000000", "2026-02-31", "9999-12-31T23:59:60Z", "+275760-09-13", "00:00", "*", "?", "["],
  ...[
    "postgresql://u:hunter2@127.0.0.1:1/x",
    "postgresql://",
    "file:///etc/passwd",
    "http://x",
    "[]",
    "{}",
    "null",
    "a:b",
    ":",
    "@",
  ],
];

/** Paths that are no file, or none that is wanted. @param directory a folder of the test's own */
export function paths(directory: string): readonly string[] {
  const at = (name: string) => join(directory, name);
  mkdirSync(at("directory"), { recursive: true });
  writeFileSync(at("unreadable"), "secret", { mode: 0 });
  writeFileSync(at("empty"), "");
  writeFileSync(at("binary"), Buffer.from([0xff, 0xfe, 0, 1, 2]));
  writeFileSync(at("json"), "{}");
  const names = ["directory", "unreadable", "empty", "binary", "json", "absent", "absent/below", "json/below", "n".repeat(300)];
  return names.map(at);
}

/** Arguments and flags of a command: some right, some wrong, some missing, some too many. */
export function argv({ args = {}, flags = {} }: CommandShape, directory: string): fc.Arbitrary<string[]> {
  const files = paths(directory);
  const word = (options: readonly string[] = []) =>
    fc.oneof(
      { arbitrary: fc.constantFrom(...KNOWN, ...options), weight: 3 },
      { arbitrary: fc.constantFrom(...ODD), weight: 3 },
      { arbitrary: fc.constantFrom(...files), weight: 1 },
    );
  const given = Object.values(args).map(({ options }) => word(options).map((value) => [value]));
  const switches = Object.entries(flags)
    .filter(([name]) => !["context", "help"].includes(name))
    .map(([name, { type, options }]) => {
      const flag = type === "boolean" ? fc.constant([`--${name}`]) : word(options).map((value) => [`--${name}`, value]);
      return { arbitrary: flag, name };
    });
  const chosen = fc.subarray(switches, { maxLength: Math.min(4, switches.length) });
  const some = chosen.chain((all) => fc.tuple(...all.map(({ arbitrary }) => arbitrary)));
  const extra = fc.oneof({ arbitrary: fc.constant([]), weight: 8 }, { arbitrary: word().map((value) => [value]), weight: 1 });
  return fc
    .tuple(fc.tuple(...given), some, extra)
    .map(([values, options, more]) => [...values.flat(), ...options.flat(), ...more]);
}
