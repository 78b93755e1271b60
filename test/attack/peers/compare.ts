import { type Fault, readFaults, readHarmless } from "../faults/read-faults.js";
import type { Contender } from "./contender.js";

/** What the contenders said about one fault, or one harmless look-alike. */
export interface Row {
  readonly fault: Fault;
  /** By contender: what it says that it doesn't say of the schema without the fault; null when it couldn't be asked. */
  readonly said: Readonly<Record<string, readonly string[] | null>>;
}

export interface Comparison {
  readonly faults: readonly Row[];
  readonly harmless: readonly Row[];
  /** By contender: what it has against the schema as it must be. */
  readonly clean: Readonly<Record<string, number>>;
  /** Why a contender couldn't be asked, by contender and fault. */
  readonly failures: readonly string[];
}

/** Has every contender check every fault and every look-alike. @param onProgress told what is next */
export async function compare(contenders: readonly Contender[], onProgress: (text: string) => void): Promise<Comparison> {
  const baseline = new Map<string, ReadonlySet<string>>();
  for (const contender of contenders) baseline.set(contender.name, await contender.check(null));
  const failures: string[] = [];

  const ask = async (contender: Contender, fault: Fault, pass: readonly string[]) => {
    try {
      const known = baseline.get(contender.name);
      const news = [...(await contender.check(fault))].filter((each) => !known?.has(each));
      return news.filter((each) => !pass.some((name) => each.includes(name)));
    } catch (error) {
      failures.push(`${contender.name} on ${fault.name}: ${String((error as Error).message).split("\n")[0]}`);
      return null;
    }
  };
  const judge = async (faults: readonly Fault[], passOf: (fault: Fault) => readonly string[]) => {
    const rows: Row[] = [];
    for (const fault of faults) {
      onProgress(`${rows.length + 1}/${faults.length} ${fault.name}`);
      const said: Record<string, string[] | null> = {};
      for (const contender of contenders) said[contender.name] = await ask(contender, fault, passOf(fault));
      rows.push({ fault, said });
    }
    return rows;
  };
  return {
    faults: await judge(readFaults(), () => []),
    harmless: await judge(readHarmless(), accepted),
    clean: Object.fromEntries([...baseline].map(([name, said]) => [name, said.size])),
    failures,
  };
}

/** Bare names of what the fault's author accepts with a reason, in whatever way a tool takes that. */
function accepted({ exemptions }: Fault): string[] {
  return exemptions.flatMap(({ object }) => /([^\s.]+?)(?:\(.*)?$/.exec(object)?.[1] ?? []);
}
