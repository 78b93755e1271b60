import type { PlatformSetting } from "../../control-plane/settings.js";
import type { Output } from "../io.js";
import { renderTable } from "../table.js";

export function platformSettings(output: Output, settings: readonly PlatformSetting[]): string {
  return renderTable(
    output,
    [
      { title: "SETTING", value: ({ key }) => key },
      { title: "VALUE", value: ({ value }) => value ?? "not set" },
      { title: "INITIAL", value: ({ initial }) => initial ?? "not set" },
      { title: "CHANGED", value: ({ updatedAt }) => updatedAt, canDrop: true },
    ],
    settings,
  );
}
