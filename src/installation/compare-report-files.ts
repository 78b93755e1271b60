import { AzoraError } from "../errors.js";
import { type Comparison, compareReports } from "../isolation/diff/compare-reports.js";
import { readReport } from "../isolation/report/signed-report.js";
import { readText } from "./read-text.js";

/** Compares two reports' JSON files. @throws AzoraError INVALID_INPUT for what is no report */
export async function compareReportFiles(before: string, after: string): Promise<Comparison> {
  const [old, fresh] = [readReport(await readText(before, "report"), before), readReport(await readText(after, "report"), after)];
  try {
    return compareReports(old.report, fresh.report);
  } catch (error) {
    // It looks at all that a report holds; what isn't there, or is something else, nobody signed.
    if (!(error instanceof TypeError)) throw error;
    throw new AzoraError("INVALID_INPUT", `${before} or ${after} is not as azora writes reports.`, {
      hint: "`azora isolation:report --verify FILE` says which of them was altered.",
      cause: error,
    });
  }
}
