import type { ContextEntry } from "../../installation/contexts.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";

export function contextTable(output: Output, contexts: readonly ContextEntry[]): string {
  return renderTable(
    output,
    [
      { title: "CURRENT", value: ({ current }) => (current ? "*" : ""), paint: (text, colour) => colour.green(text) },
      { title: "NAME", value: ({ name }) => name },
      { title: "ENGINE", value: ({ engine }) => engine ?? "not set up" },
      { title: "DATABASE", value: ({ database }) => database, canShrink: true },
      { title: "DIRECTORY", value: ({ dataDir }) => dataDir, canShrink: true, canDrop: true },
    ],
    contexts,
  );
}
