import type { ListedKey } from "../../installation/keys/list-keys.js";
import type { KeyRotation } from "../../installation/keys/rotation.js";
import type { PublishedKeys } from "../../installation/published-key.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";

export function keyTable(output: Output, keys: readonly ListedKey[]): string {
  return renderTable(
    output,
    [
      { title: "KIND", value: ({ kind }) => kind },
      { title: "KEY", value: ({ id }) => id },
      { title: "STATE", value: ({ state }) => state },
      { title: "SINCE", value: ({ since }) => since },
      { title: "UNTIL", value: ({ retiredAt }) => retiredAt },
      { title: "FINGERPRINT", value: ({ fingerprint }) => fingerprint, canDrop: true },
    ],
    keys,
  );
}

/** All of it as one file: PEM, and between the blocks lines that readers of PEM pass over. */
export function keyFile({ keys, handovers }: PublishedKeys): string {
  return [...keys.map(({ publicKey }) => publicKey.trimEnd()), ...lines(handovers)].join("\n");
}

/** The hand-overs alone, JSON lines. */
export function handoverLines({ handovers }: PublishedKeys): string {
  return lines(handovers).join("\n");
}

function lines(handovers: PublishedKeys["handovers"]): readonly string[] {
  return handovers.map((record) => JSON.stringify(record));
}

export function rotationDetails(output: Output, { kind, newKey, configFile, output: file, ending }: KeyRotation): string {
  return renderDetails(output, [
    { label: "Kind", value: kind },
    { label: "New key", value: newKey },
    { label: "Configuration", value: configFile },
    { label: "Written to", value: file },
    ...ending.map(({ id, retiredAt }) => ({ label: "Ends", value: retiredAt ? `${id} at ${retiredAt.toISOString()}` : id })),
  ]);
}
