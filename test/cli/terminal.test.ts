import { Chalk } from "chalk";
import { describe, expect, it } from "vitest";
import { readRequest, wantsJson } from "../../src/cli/argv.js";
import { chooseEngine } from "../../src/cli/choose-engine.js";
import { colourLevel } from "../../src/cli/colour.js";
import { requireConsent, requireTypedConsent } from "../../src/cli/consent.js";
import { describeFailure, hidePasswords } from "../../src/cli/failure.js";
import { parseTime } from "../../src/cli/input.js";
import { toJson } from "../../src/cli/json.js";
import type { Prompter } from "../../src/cli/prompter.js";
import { renderTable } from "../../src/cli/table.js";
import { displayWidth, plainLine, wrapLines } from "../../src/cli/text.js";
import { loadConfig } from "../../src/config.js";
import { AzoraError } from "../../src/errors.js";
import { nearest } from "../../src/nearest.js";

/** A person who gives these answers, one a question. */
function person(...answers: unknown[]): { canAsk: true; prompter: Prompter; asked: string[] } {
  const asked: string[] = [];
  const answer = async (question: string) => {
    asked.push(question);
    if (answers.length === 0) throw new Error(`nobody expected the question "${question}"`);
    return answers.shift() as never;
  };
  return { canAsk: true, asked, prompter: { confirm: answer, input: answer, secret: answer, select: answer } };
}

const nobody = { ...person(), canAsk: false };

describe("requireConsent", () => {
  const request = { question: "Suspend?", given: false, flag: "--yes", preview: "--dry-run" };

  it("asks a person, and takes no for no", async () => {
    await expect(requireConsent(person(true), request)).resolves.toBeUndefined();
    await expect(requireConsent(person(false), request)).rejects.toMatchObject({ code: "NEEDS_CONFIRMATION", exit: 6 });
  });

  it("asks nobody when the flag says it, and never where nobody is", async () => {
    await expect(requireConsent(nobody, { ...request, given: true })).resolves.toBeUndefined();
    await expect(requireConsent(nobody, request)).rejects.toMatchObject({ exit: 6, hint: expect.stringContaining("--yes") });
  });
});

describe("requireTypedConsent", () => {
  const request = { question: "Type acme", expected: "acme", given: undefined, flag: "--confirm", preview: "--dry-run" };

  it.each(["", "yes", "y", "Acme", "acme2"])("doesn't take %j for acme, typed or passed", async (answer) => {
    await expect(requireTypedConsent(person(answer), request)).rejects.toMatchObject({ exit: 6 });
    await expect(requireTypedConsent(person(), { ...request, given: answer })).rejects.toMatchObject({ exit: 6 });
  });

  it("takes the name, typed or passed, and asks no more once it is passed", async () => {
    await expect(requireTypedConsent(person(" acme "), request)).resolves.toBeUndefined();
    await expect(requireTypedConsent(nobody, { ...request, given: "acme" })).resolves.toBeUndefined();
    await expect(requireTypedConsent(nobody, request)).rejects.toMatchObject({ hint: expect.stringContaining("--confirm acme") });
  });
});

describe("chooseEngine", () => {
  const config = loadConfig({ AZORA_DATA_DIR: "/nowhere" });
  const noFlags = { embedded: false, ownerUrlFile: undefined, yes: false };
  const url = "postgresql://owner:hunter2@db.test/azora";

  it("asks which one, and shows a server without its password before it is touched", async () => {
    await expect(chooseEngine(person("embedded"), config, noFlags)).resolves.toEqual({ engine: "embedded" });
    const operator = person("server", url, true);
    await expect(chooseEngine(operator, config, noFlags)).resolves.toEqual({ engine: "server", ownerUrl: url });
    expect(operator.asked.at(-1)).toContain("postgresql://owner:***@db.test/azora");
    await expect(chooseEngine(person("server", url, false), config, noFlags)).rejects.toMatchObject({ exit: 6 });
  });
});

describe("readRequest", () => {
  const vocabulary = { commands: ["tenant:create", "tenant:list", "config", "help"], topics: ["tenant"] };
  const command = (id: string, ...argv: string[]) => ({ kind: "command", id, argv });

  it.each([
    [["tenant:list", "--json"], command("tenant:list", "--json")],
    [["tenant", "list", "--json"], command("tenant:list", "--json")],
    [["--json", "tenant", "list"], command("tenant:list", "--json")],
    [["tenant", "create", "list"], command("tenant:create", "list")],
    [["tenant:create", "config"], command("tenant:create", "config")],
    [["config", "--", "--help"], command("config", "--", "--help")],
    [[], command("status")],
    [["--json"], command("status", "--json")],
    [["-h", "tenant:list"], { kind: "help", words: ["tenant", "list"] }],
    [["tenant"], { kind: "help", words: ["tenant"] }],
    [["tenant", "create", "--help"], { kind: "help", words: ["tenant", "create"] }],
    [["tenant", "lst"], { kind: "unknown", name: "tenant:lst" }],
    [["list"], { kind: "unknown", name: "list" }],
    [["--version"], { kind: "version" }],
  ])("%j", (argv, expected) => {
    expect(readRequest(argv, vocabulary)).toEqual(expected);
  });

  it("takes what stands behind -- as no flag", () => {
    expect(wantsJson(["tenant:create", "--", "--json"])).toBe(false);
  });
});

describe("nearest", () => {
  it.each([
    ["tenant:crate", "tenant:create"],
    ["tenant:ilst", "tenant:list"],
    ["purge", "tenant:purge"],
    ["xyzzy", undefined],
  ])("%s → %s", (given, meant) => {
    expect(nearest(given, ["tenant:create", "tenant:list", "tenant:purge"])).toBe(meant);
  });
});

describe("colourLevel", () => {
  it.each([
    [true, {}, false, 1],
    [true, { TERM: "xterm-256color" }, false, 2],
    [true, { COLORTERM: "truecolor" }, false, 3],
    [true, { NO_COLOR: "1" }, false, 0],
    [true, { NO_COLOR: "" }, false, 1],
    [true, { TERM: "dumb" }, false, 0],
    [true, {}, true, 0],
    [false, {}, false, 0],
    [false, { FORCE_COLOR: "1" }, false, 1],
    [false, { FORCE_COLOR: "" }, false, 1],
    [true, { FORCE_COLOR: "0" }, false, 0],
    [false, { FORCE_COLOR: "1" }, true, 0],
  ])("terminal %s, %j, --no-color %s: %i", (isTty, env, refused, level) => {
    expect(colourLevel({ isTty, env: env as Record<string, string>, refused })).toBe(level);
  });
});

describe("renderTable", () => {
  const rows = [
    { slug: "acme", name: "A company with quite a long name", rows: 1234567 },
    { slug: "bolt", name: "漢字の会社", rows: 1 },
  ];
  const columns = [
    { title: "SLUG", value: (row: (typeof rows)[number]) => row.slug },
    { title: "NAME", value: (row: (typeof rows)[number]) => row.name, canShrink: true },
    { title: "ROWS", value: (row: (typeof rows)[number]) => row.rows, align: "right" as const },
  ];
  const terminal = (width: number) => ({ isTty: true, width, colour: new Chalk({ level: 0 }) });

  it.each([120, 60, 40, 30])("fits a terminal of %i columns and loses no word", (width) => {
    const text = renderTable(terminal(width), columns, rows);
    for (const line of text.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    for (const word of ["acme", "company", "quite", "漢字の会社", "1,234,567"]) expect(text).toContain(word);
  });

  it("becomes records where no table fits", () => {
    expect(renderTable(terminal(20), columns, rows)).toMatch(/^SLUG {2}acme\nNAME {2}A company/);
  });

  it("is tab-separated in a pipe, with bare values", () => {
    const text = renderTable({ ...terminal(20), isTty: false }, columns, rows);
    expect(text).toBe("SLUG\tNAME\tROWS\nacme\tA company with quite a long name\t1234567\nbolt\t漢字の会社\t1");
  });
});

describe("text", () => {
  it("loses what a terminal would obey", () => {
    expect(plainLine("a\u001b[31mb\u009bc\td\u202ee")).toBe("a [31mb c de");
  });

  it("is wrapped at spaces, and inside a word that fits no line", () => {
    expect(wrapLines("one two abcdefghij", 7)).toEqual(["one two", "abcdefg", "hij"]);
  });
});

describe("parseTime", () => {
  it.each([
    ["2026-11-22", "2026-11-22T00:00:00.000Z"],
    ["2026-11-22T09:30", "2026-11-22T09:30:00.000Z"],
    ["2026-11-22 09:30:15Z", "2026-11-22T09:30:15.000Z"],
    ["2026-11-22T09:30:00+01:00", "2026-11-22T08:30:00.000Z"],
  ])("%s is %s", (text, iso) => {
    expect(parseTime(text, "--since")?.toISOString()).toBe(iso);
  });

  it.each(["", "yesterday", "2026", "22.11.2026", "2026-02-30", "2026-13-01", "2026-11-22T25:00Z"])("%j is none", (text) => {
    expect(() => parseTime(text, "--since")).toThrow(AzoraError);
  });
});

describe("failures", () => {
  it("carry four fields, whatever hangs on the error", () => {
    const error = Object.assign(new Error("oh"), { config: { env: "hunter2" }, oclif: { exit: 1 } });
    expect(Object.keys(describeFailure(error))).toEqual(["code", "message", "hint", "exit"]);
    expect(JSON.stringify(describeFailure(error))).not.toContain("hunter2");
    expect(describeFailure(error)).toMatchObject({ code: "FAILURE", exit: 1 });
    expect(describeFailure(undefined)).toMatchObject({ code: "FAILURE", exit: 1 });
  });

  it.each([
    "postgresql://u:hunter2@h/d",
    "at postgres://u:hun/ter@hunter2@h:5432/d and more",
    "postgresql://h/d?user=u&password=hunter2",
    "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
  ])("hide what is secret in %j", (text) => {
    expect(hidePasswords(text)).not.toContain("hunter2");
  });
});

describe("toJson", () => {
  it("writes integers as numbers as long as they stay what they are", () => {
    expect(JSON.parse(toJson({ small: 5n, big: 2n ** 60n, at: new Date(0) }))).toEqual({
      small: 5,
      big: "1152921504606846976",
      at: "1970-01-01T00:00:00.000Z",
    });
  });
});
