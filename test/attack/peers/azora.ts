import { readFileSync } from "node:fs";
import type { ClientBase } from "pg";
import { readCatalog } from "../../../src/isolation/catalog/read-catalog.js";
import { checkRules } from "../../../src/isolation/check-rules.js";
import { AZORA } from "../../../src/isolation/target.js";
import { accept } from "../faults/plant.js";
import type { Contender } from "./contender.js";
import { whilePlanted } from "./planting.js";

const PACKAGE = new URL("../../../package.json", import.meta.url);

/** The rules on the catalog alone: what only a live probe sees isn't counted, since none of the others tries anything. */
export function azora(client: ClientBase): Contender {
  return {
    name: "azora",
    version: (JSON.parse(readFileSync(PACKAGE, "utf8")) as { version: string }).version,
    setUp:
      "the rules on the catalog, without probes. The corpus is its own: this column shows that nothing of it slips through, not how azora does on faults that nobody here has thought of.",
    check: (fault) =>
      whilePlanted(client, fault?.sql ?? "", async () => {
        const target = { ...AZORA, exemptions: fault?.exemptions ?? [] };
        const { findings } = checkRules({ catalog: await readCatalog(client), target });
        return new Set(accept(findings, target.exemptions).findings.map(({ rule, object }) => `${rule} ${object}`));
      }),
  };
}
