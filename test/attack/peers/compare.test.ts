import { expect, it } from "vitest";
import { readFaults, readHarmless } from "../faults/read-faults.js";
import { compare } from "./compare.js";
import type { Contender } from "./contender.js";
import { report } from "./report.js";

/** A tool that says this of a schema with a fault, and what `always` is of any. */
function tool(name: string, say: (fault: string) => string[], always: string[] = []): Contender {
  return {
    name,
    version: "1",
    setUp: "as it is",
    check: async (fault) => new Set([...always, ...(fault ? say(fault.name) : [])]),
  };
}

const [first, second] = readFaults().map(({ name }) => name);

it("counts what a tool says of a fault and not of the schema without it", async () => {
  const contenders = [
    tool("same", () => [], ["it always says this"]),
    tool("one", (fault) => (fault === first ? ["this is wrong", "it always says this"] : []), ["it always says this"]),
    tool("any", (fault) => [`${fault} is wrong`]),
  ];
  const comparison = await compare(contenders, () => undefined);
  expect(comparison.clean).toEqual({ same: 1, one: 1, any: 0 });
  expect(comparison.faults[0]?.said).toEqual({ same: [], one: ["this is wrong"], any: [`${first} is wrong`] });

  const page = report(comparison, contenders, "18");
  const [faults, harmless] = [readFaults().length, readHarmless().length];
  expect(page).toContain(`| same | 1 | 0 of ${faults} | 0 of ${harmless} | 1 |`);
  expect(page).toContain(`| one | 1 | 1 of ${faults} | 0 of ${harmless} | 1 |`);
  expect(page).toContain(`| any | 1 | ${faults} of ${faults} | ${harmless} of ${harmless} | 0 |`);
});

it("lets pass what a look-alike has exempted by name, for every tool", async () => {
  const exempted = readHarmless().find(({ exemptions }) => exemptions.length > 0);
  const name = exempted?.exemptions[0]?.object.split(/[.(]/)[1] as string;
  const contender = tool("both", (fault) => (fault === exempted?.name ? [`${name} is open`, "something else"] : []));
  const { harmless } = await compare([contender], () => undefined);
  expect(harmless.find(({ fault }) => fault.name === exempted?.name)?.said).toEqual({ both: ["something else"] });
});

it("counts what a tool says of an exempted object in a fault: the exemption is part of it", async () => {
  const exempted = readFaults().find(({ exemptions }) => exemptions.length > 0);
  const name = exempted?.exemptions[0]?.object.split(/[.(]/)[1] as string;
  const contender = tool("one", (fault) => (fault === exempted?.name ? [`${name} is open`] : []));
  const { faults } = await compare([contender], () => undefined);
  expect(faults.find(({ fault }) => fault.name === exempted?.name)?.said).toEqual({ one: [`${name} is open`] });
});

it("tells a tool that couldn't be asked from one that found nothing", async () => {
  const contender = tool("shaky", (fault) => {
    if (fault === second) throw new Error("connection lost\nand more");
    return [];
  });
  const comparison = await compare([contender], () => undefined);
  expect(comparison.failures).toEqual([`shaky on ${second}: connection lost`]);
  expect(comparison.faults[1]?.said).toEqual({ shaky: null });
  expect(report(comparison, [contender], "18")).toMatch(new RegExp(`^\\| ${second} \\| .* \\| \\? \\|$`, "m"));
});
