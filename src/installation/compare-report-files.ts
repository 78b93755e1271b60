import { type Comparison, compareReports } from "../isolation/diff/compare-reports.js";
import { readReport } from "../isolation/report/signed-report.js";
import { readText } from "./read-text.js";

/** Compares two reports' JSON files. @throws AzoraError INVALID_INPUT for what is no report */
export async function compareReportFiles(before: string, after: string): Promise<Comparison> {
  const [old, fresh] = [readReport(await readText(before, "report"), before), readReport(await readText(after, "report"), after)];
  return compareReports(old.report, fresh.report);
}
