import type { CompletionInstall } from "../../installation/completion/install.js";
import { renderDetails } from "../details.js";
import type { Output } from "../io.js";

export function completionDetails(output: Output, { shell, file, startUp, undo }: CompletionInstall): string {
  return renderDetails(output, [
    { label: "Shell", value: shell },
    { label: "Script", value: file },
    ...(startUp
      ? [
          { label: "Start-up file", value: startUp.file },
          { label: "Line in it", value: startUp.line },
        ]
      : []),
    ...undo.map((step) => ({ label: "To undo", value: step })),
  ]);
}
